create or replace trigger pairing_failures_fixed
before update of
    id, payment_session_id, pairing_request_id, customer_id, targeted_mitra_id, cause_tag, amount, refund_due,
    created_at, superseded_at, operator_action, actioned_by, actioned_at
on data.pairing_failures
for each row
when (
    (
        old.id, old.payment_session_id, old.pairing_request_id, old.customer_id, old.targeted_mitra_id,
        old.cause_tag, old.amount, old.refund_due, old.created_at
    ) is distinct from (
        new.id, new.payment_session_id, new.pairing_request_id, new.customer_id, new.targeted_mitra_id,
        new.cause_tag, new.amount, new.refund_due, new.created_at
    )
    or (old.superseded_at is not null and new.superseded_at is distinct from old.superseded_at)
    or (old.operator_action is not null and new.operator_action is distinct from old.operator_action)
    or (old.actioned_by is not null and new.actioned_by is distinct from old.actioned_by)
    or (old.actioned_at is not null and new.actioned_at is distinct from old.actioned_at)
)
execute function logic.refuse_change();
