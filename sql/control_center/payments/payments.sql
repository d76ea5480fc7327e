create or replace view control_center.payments as
select
    p.id,
    p.customer_id,
    u.display_name as customer_name,
    u.phone as customer_phone,
    p.status,
    p.amount,
    p.duration_minutes,
    p.is_free_trial,
    p.is_extension,
    p.targeted_mitra_id,
    m.display_name as targeted_mitra_name,
    p.created_at,
    p.confirmed_at,
    p.charged_at,
    p.consumed_at,
    p.expires_at
from data.payment_sessions p
join data.users u on u.id = p.customer_id
left join data.mitras m on m.id = p.targeted_mitra_id;
comment on view control_center.payments is 'Every payment session with its people. Amounts in rupiah.';
