-- The sum stays the same for every reader, whatever is appended meanwhile.
create or replace function logic.fold_failure_tallies()
returns void
language sql volatile security definer set search_path = ''
as $$
    with many as (
        select day, cause_tag, needs_action
        from data.failure_tallies
        group by day, cause_tag, needs_action
        having count(*) > 1
    ),
    folded as (
        delete from data.failure_tallies t
        using many m
        where t.day = m.day and t.cause_tag = m.cause_tag and t.needs_action = m.needs_action
        returning t.*
    )
    insert into data.failure_tallies (day, cause_tag, needs_action, failures, amount)
    select day, cause_tag, needs_action, sum(failures), sum(amount)
    from folded
    group by day, cause_tag, needs_action
    having sum(failures) <> 0
$$;
comment on function logic.fold_failure_tallies is 'Folds the rows of each count of failures into one.';
