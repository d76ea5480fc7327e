create or replace view control_center.live_searches as
select
    r.id,
    r.payment_session_id,
    r.request_type,
    r.customer_id,
    u.display_name as customer_name,
    r.targeted_mitra_id,
    p.duration_minutes,
    p.amount,
    r.created_at,
    r.deadline_at,
    o.offers
from data.pairing_requests r
join data.payment_sessions p on p.id = r.payment_session_id
join data.users u on u.id = r.customer_id
cross join lateral (
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'mitra_id', o.mitra_id,
                'mitra_name', m.display_name,
                'status', o.status,
                'sent_at', o.sent_at,
                'seen_at', o.seen_at,
                'closed_at', o.closed_at
            )
            order by o.id
        ),
        '[]'
    ) as offers
    from data.pairing_offers o
    join data.mitras m on m.id = o.mitra_id
    where o.request_id = r.id
) o
where r.status = 'searching';
comment on view control_center.live_searches is 'Searches that run, each with its deadline and its offers: who was asked, saw, declined.';
