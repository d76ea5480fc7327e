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
    logic.offers_json(r.id, null) as offers
from data.pairing_requests r
join data.payment_sessions p on p.id = r.payment_session_id
join data.users u on u.id = r.customer_id
where r.status = 'searching' and r.deadline_at > '-infinity';
comment on view control_center.live_searches is
    'Running searches, each with its deadline and its offers: who was asked, saw, declined.';
