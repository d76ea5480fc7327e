-- Whole days come from the tallies. Days that a filter covers in part are counted.
create or replace function logic.failure_days(p_filter data.failure_filter)
returns table (day date, failures bigint, amount bigint)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
declare
    v_first date := logic.day_of(p_filter.since);
    v_last date := logic.day_of(p_filter.until);
begin
    if logic.start_of_day(v_first) < p_filter.since then
        v_first := v_first + 1;
    end if;
    return query
    select t.day, sum(t.failures), sum(t.amount)::bigint
    from data.failure_tallies t
    where t.day >= v_first and t.day < v_last
        and t.cause_tag = any (p_filter.causes) and t.needs_action = any (p_filter.needs)
    group by t.day
    having sum(t.failures) > 0
    union all
    select * from logic.failures_between(p_filter, p_filter.since, least(logic.start_of_day(v_first), p_filter.until))
    union all
    select * from logic.failures_between(
        p_filter, greatest(logic.start_of_day(v_last), logic.start_of_day(v_first)), p_filter.until
    );
end
$$;
comment on function logic.failure_days is 'The number and amount of failures of each day in Jakarta, for a filter without people.';
