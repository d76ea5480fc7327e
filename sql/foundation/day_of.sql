create or replace function logic.day_of(p_at timestamptz)
returns date
language sql immutable security invoker
as $$ select (p_at at time zone 'Asia/Jakarta')::date $$;
comment on function logic.day_of is 'The day in Jakarta: the operators'' and the customers'' calendar.';
