create or replace function logic.failures_between(p_filter data.failure_filter, p_since timestamptz, p_until timestamptz)
returns table (day date, failures bigint, amount bigint)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
begin
    if p_since < p_until then
        return query
        select logic.day_of(p_since), count(*), sum(f.amount)
        from data.pairing_failures f
        where f.created_at >= p_since and f.created_at < p_until
            and f.cause_tag = any (p_filter.causes) and f.needs_action = any (p_filter.needs)
        having count(*) > 0;
    end if;
end
$$;
comment on function logic.failures_between is 'The number and amount of failures in part of a day, for a filter without people.';
