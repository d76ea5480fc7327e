create or replace function logic.day_bounds(p_day date)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object('day', p_day, 'since', logic.start_of_day(p_day), 'until', logic.start_of_day(p_day + 1))
$$;
comment on function logic.day_bounds is 'A day in Jakarta: {day, since, until}.';
