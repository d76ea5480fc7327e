create or replace trigger extensions_fixed
before update of
    id, chat_session_id, payment_session_id, customer_id, mitra_id, duration_minutes, requested_at, closed_at
on data.extensions
for each row
when (
    (
        old.id, old.chat_session_id, old.payment_session_id, old.customer_id, old.mitra_id, old.duration_minutes,
        old.requested_at
    ) is distinct from (
        new.id, new.chat_session_id, new.payment_session_id, new.customer_id, new.mitra_id, new.duration_minutes,
        new.requested_at
    )
    or (old.closed_at is not null and new.closed_at is distinct from old.closed_at)
)
execute function logic.refuse_change();
