create or replace function logic.cursor_of(p_at timestamptz, p_id uuid)
returns text
language sql stable security invoker
as $$ select (extract(epoch from p_at) * 1000000)::bigint || ',' || p_id $$;
comment on function logic.cursor_of is 'The cursor of a list that is ordered by time and id: microseconds since 1970, and the id.';
