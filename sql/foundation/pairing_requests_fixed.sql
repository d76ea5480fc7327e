create or replace trigger pairing_requests_fixed
before update of
    id, payment_session_id, customer_id, request_type, targeted_mitra_id, created_at, closed_at
on data.pairing_requests
for each row
when (
    (
        old.id, old.payment_session_id, old.customer_id, old.request_type, old.targeted_mitra_id, old.created_at
    ) is distinct from (
        new.id, new.payment_session_id, new.customer_id, new.request_type, new.targeted_mitra_id, new.created_at
    )
    or (old.closed_at is not null and new.closed_at is distinct from old.closed_at)
)
execute function logic.refuse_change();
