create or replace function logic.seconds_until(p_at timestamptz)
returns integer
language sql stable security invoker
as $$ select greatest(1, ceil(extract(epoch from p_at - logic.now())))::integer $$;
comment on function logic.seconds_until is 'The seconds to wait, for Retry-After.';
