create or replace function logic.figures_of(p_day date)
returns data.daily_figures
language sql stable security definer set search_path = ''
as $$
    with bounds as (
        select p_day::timestamp at time zone 'Asia/Jakarta' as since,
            (p_day + 1)::timestamp at time zone 'Asia/Jakarta' as until
    ),
    payments as (
        select count(*) as created, count(p.confirmed_at) as confirmed
        from data.payment_sessions p, bounds b
        where p.created_at >= b.since and p.created_at < b.until
    ),
    charges as (
        select coalesce(sum(p.amount), 0) as charged
        from data.payment_sessions p, bounds b
        where p.charged_at >= b.since and p.charged_at < b.until
    ),
    searches as (
        select count(*) filter (where r.request_type = 'general') as general,
            count(*) filter (where r.request_type = 'returning') as returning,
            count(*) filter (where r.status = 'matched') as paired,
            percentile_cont(0.5) within group (order by extract(epoch from r.closed_at - r.created_at))
                filter (where r.status = 'matched') as p50,
            percentile_cont(0.99) within group (order by extract(epoch from r.closed_at - r.created_at))
                filter (where r.status = 'matched') as p99
        from data.pairing_requests r, bounds b
        where r.created_at >= b.since and r.created_at < b.until
    ),
    failures as (
        select coalesce(jsonb_object_agg(f.cause_tag, f.n), '{}') as failed,
            coalesce(sum(f.due), 0) as due,
            coalesce(sum(f.refunded), 0) as refunded
        from (
            select f.cause_tag, count(*) as n,
                sum(f.amount) filter (where f.refund_due and f.superseded_at is null) as due,
                sum(f.amount) filter (where f.operator_action = 'refunded') as refunded
            from data.pairing_failures f, bounds b
            where f.created_at >= b.since and f.created_at < b.until
            group by f.cause_tag
        ) f
    ),
    extended as (
        select count(*) as requested, count(*) filter (where e.status in ('approved', 'auto_approved')) as approved
        from data.extensions e, bounds b
        where e.requested_at >= b.since and e.requested_at < b.until
    )
    select p_day, p.created::integer, p.confirmed::integer, s.general::integer, s.returning::integer,
        s.paired::integer, f.failed, x.requested::integer, x.approved::integer, s.p50, s.p99,
        c.charged::bigint, f.due::bigint, f.refunded::bigint, logic.now()
    from payments p, charges c, searches s, failures f, extended x
$$;
comment on function logic.figures_of is 'The figures of one day in Jakarta, computed from the rows.';
