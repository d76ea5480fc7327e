create or replace view control_center.failed_pairings as
select
    f.id,
    f.created_at,
    f.payment_session_id,
    f.pairing_request_id,
    f.customer_id,
    u.display_name as customer_name,
    u.phone as customer_phone,
    f.targeted_mitra_id,
    m.display_name as targeted_mitra_name,
    f.cause_tag,
    f.amount,
    p.duration_minutes,
    p.is_extension,
    f.refund_due,
    f.needs_action,
    f.superseded_at,
    f.operator_action,
    f.action_note,
    f.actioned_by,
    f.actioned_at,
    f.note
from data.pairing_failures f
join data.users u on u.id = f.customer_id
join data.payment_sessions p on p.id = f.payment_session_id
left join data.mitras m on m.id = f.targeted_mitra_id;
comment on view control_center.failed_pairings is
    'Every failure with its people, cause, amount in rupiah, and whether an operator must still decide (needs_action).';
