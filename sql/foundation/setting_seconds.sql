create or replace function logic.setting_seconds(p_key text)
returns interval
language sql stable security invoker
as $$ select make_interval(secs => logic.setting_integer(p_key)) $$;
comment on function logic.setting_seconds is 'The present value of a setting in seconds, as an interval.';
