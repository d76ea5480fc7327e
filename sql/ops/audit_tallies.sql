-- Whole days are checked.
create or replace function logic.audit_tallies(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with told as (
        select day, cause_tag, needs_action, sum(failures) as failures, sum(amount) as amount
        from data.failure_tallies
        where day >= logic.day_of(p_since)
        group by 1, 2, 3
        having sum(failures) <> 0 or sum(amount) <> 0
    ),
    counted as (
        select logic.day_of(created_at) as day, cause_tag, needs_action, count(*) as failures, sum(amount) as amount
        from data.pairing_failures
        where created_at >= logic.start_of_day(logic.day_of(p_since))
        group by 1, 2, 3
    )
    select 'the tallies of failures are their counts', 'pairing_failure', format('%s %s', day, cause_tag),
        format('%s are told (%s rupiah), %s are there (%s rupiah)', t.failures, t.amount, c.failures, c.amount)
    from told t
    full join counted c using (day, cause_tag, needs_action)
    where (t.failures, t.amount) is distinct from (c.failures, c.amount);
end
$$;
comment on function logic.audit_tallies is 'Counts of failures that differ from the failures.';
