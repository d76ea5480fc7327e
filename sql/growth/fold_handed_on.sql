-- Consecutive ids become one range, so a day takes little room, and every day is kept.
create or replace function logic.fold_handed_on()
returns void
language sql volatile security definer set search_path = ''
as $$
    with many as (
        select date_trunc('day', since, 'UTC') as day
        from data.handed_on
        where since > '-infinity'
        group by 1
        having count(*) > 1
    ),
    folded as (
        delete from data.handed_on h
        using many m
        where h.since >= m.day and h.since < m.day + interval '24 hours'
        returning m.day, h.since, h.event_ids
    )
    insert into data.handed_on (since, event_ids)
    select min(since), range_agg(event_ids) from folded group by day
$$;
comment on function logic.fold_handed_on is 'Folds each day''s handed-on events into one row.';
