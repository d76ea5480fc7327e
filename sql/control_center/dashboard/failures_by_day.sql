create or replace function logic.failures_by_day(p_first date, p_last date)
returns table (day date, failed jsonb, due_back bigint)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select c.day, jsonb_object_agg(c.cause_tag, c.failures) filter (where c.failures > 0), sum(c.due_back)::bigint
    from (
        select t.day, t.cause_tag, sum(t.failures) as failures,
            coalesce(sum(t.amount) filter (where t.needs_action), 0) as due_back
        from data.failure_tallies t
        where t.day between p_first and p_last
        group by t.day, t.cause_tag
    ) c
    group by c.day;
end
$$;
comment on function logic.failures_by_day is
    'How many failures each day in Jakarta has, by cause, and how many rupiah of them are due back and undecided.';
