-- A chat that began more than a week earlier is over; the bound keeps long histories out.
create or replace function logic.mitra_figures_of(p_mitra_id uuid, p_day date)
returns table (
    online_seconds double precision, unreachable_seconds double precision, busy_seconds double precision,
    chats bigint, offers bigint, accepted bigint, declined bigint, missed bigint
)
language sql stable security definer set search_path = ''
as $$
    with bounds as (
        select p_day::timestamp at time zone 'Asia/Jakarta' as since,
            least(logic.now(), (p_day + 1)::timestamp at time zone 'Asia/Jakarta') as until
    )
    select
        coalesce(sum(s.seconds) filter (where s.presence = 'online'), 0),
        coalesce(sum(s.seconds) filter (where s.presence = 'unreachable'), 0),
        (
            select coalesce(sum(extract(epoch from least(coalesce(c.ended_at, b.until), b.until) - greatest(c.started_at, b.since))), 0)
            from data.chat_sessions c, bounds b
            where c.mitra_id = p_mitra_id and c.started_at < b.until and coalesce(c.ended_at, b.until) > b.since
                and c.started_at > b.since - interval '7 days'
        )::double precision,
        (
            select count(*) from data.chat_sessions c, bounds b
            where c.mitra_id = p_mitra_id and c.started_at >= b.since and c.started_at < b.until
        ),
        o.offers, o.accepted, o.declined, o.missed
    from bounds b
    cross join lateral (
        select count(*) as offers,
            count(*) filter (where status = 'accepted') as accepted,
            count(*) filter (where status = 'declined') as declined,
            count(*) filter (where status = 'auto_rejected') as missed
        from data.pairing_offers
        where mitra_id = p_mitra_id and sent_at >= b.since and sent_at < b.until
    ) o
    left join lateral logic.presence_spans(p_mitra_id, b.since, b.until) s on true
    group by o.offers, o.accepted, o.declined, o.missed
$$;
comment on function logic.mitra_figures_of is 'What a mitra did on one day in Jakarta.';
