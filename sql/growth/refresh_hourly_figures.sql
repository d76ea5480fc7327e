-- How many are reachable now is known, and every change of it is an event, so it is known for every moment before. Days
-- without a run are made up for.
create or replace function logic.refresh_hourly_figures(p_hours integer default 48)
returns void
language sql volatile security definer set search_path = ''
as $$
    with hours as (
        select h as hour, least(h + interval '1 hour', logic.now()) as until
        from generate_series(
            date_trunc(
                'hour',
                least(
                    logic.now() - make_interval(hours => p_hours),
                    (select l.computed_at - interval '1 hour' from data.hourly_figures l order by l.hour desc limit 1)
                ),
                'UTC'
            ),
            logic.now(), interval '1 hour'
        ) h
    ),
    changes as (
        select e.at, e.change, sum(e.change) over (order by e.at, e.id) as level
        from (
            select at, id, case when to_status = 'online' then 1 else -1 end as change
            from data.events
            where entity = 'mitra' and to_status is not null and at >= (select min(hour) from hours)
                and (to_status = 'online') <> (coalesce(from_status, 'offline') = 'online')
        ) e
    ),
    present as (
        select (select count(*) from data.mitras where reachable_until is not null) - coalesce((select sum(change) from changes), 0) as at_first
    ),
    online as (
        select h.hour,
            p.at_first + coalesce(before.changed, 0) as at_first,
            within.most + p.at_first as most,
            coalesce(within.weighed, 0) as weighed
        from hours h
        cross join present p
        cross join lateral (select sum(c.change) as changed from changes c where c.at < h.hour) before
        cross join lateral (
            select max(c.level) as most,
                sum(c.change * extract(epoch from h.until - c.at) / nullif(extract(epoch from h.until - h.hour), 0)) as weighed
            from changes c
            where c.at >= h.hour and c.at < h.until
        ) within
    ),
    searches as (
        select date_trunc('hour', r.created_at, 'UTC') as hour, count(*) as began, count(*) filter (where r.status = 'matched') as paired
        from data.pairing_requests r
        where r.created_at >= (select min(hour) from hours)
        group by 1
    )
    insert into data.hourly_figures as f (hour, searches, paired, mitras_online, mitras_online_most, computed_at)
    select o.hour, coalesce(s.began, 0), coalesce(s.paired, 0), o.at_first + o.weighed, greatest(o.at_first, o.most), logic.now()
    from online o
    left join searches s on s.hour = o.hour
    on conflict (hour) do update
    set searches = excluded.searches,
        paired = excluded.paired,
        mitras_online = excluded.mitras_online,
        mitras_online_most = excluded.mitras_online_most,
        computed_at = excluded.computed_at
$$;
comment on function logic.refresh_hourly_figures is
    'Computes the figures of the last p_hours hours and the present one again, and of hours without a run; hours are whole in UTC, and so in Jakarta.';
