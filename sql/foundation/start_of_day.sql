create or replace function logic.start_of_day(p_day date)
returns timestamptz
language sql immutable security invoker
as $$ select p_day::timestamp at time zone 'Asia/Jakarta' $$;
comment on function logic.start_of_day is 'When a day begins in Jakarta.';
