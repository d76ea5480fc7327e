create or replace trigger chat_sessions_fixed
before update of
    id, payment_session_id, pairing_request_id, customer_id, mitra_id, duration_minutes, started_at, ended_at,
    end_reason
on data.chat_sessions
for each row
when (
    (
        old.id, old.payment_session_id, old.pairing_request_id, old.customer_id, old.mitra_id,
        old.duration_minutes, old.started_at
    ) is distinct from (
        new.id, new.payment_session_id, new.pairing_request_id, new.customer_id, new.mitra_id,
        new.duration_minutes, new.started_at
    )
    or (old.ended_at is not null and new.ended_at is distinct from old.ended_at)
    or (old.end_reason is not null and new.end_reason is distinct from old.end_reason)
)
execute function logic.refuse_change();
