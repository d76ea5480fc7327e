-- A DBA ends a confirmed payment that has gone astray, with its search or extension.
-- Locks: payment session, search; or payment session, mitra, chat, extension.
create or replace function ops.fail_payment(
    p_payment_session_id uuid, p_cause_tag text, p_who text, p_note text default null
)
returns table (failure_id uuid, cause_tag text, amount integer, refund_due boolean)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
    v_failure data.pairing_failures;
begin
    perform logic.check_who(p_who);
    perform logic.check_note_length(p_note);
    perform logic.check_cause_tag(p_cause_tag);
    select * into v_payment from data.payment_sessions where id = p_payment_session_id for update;
    if not found then
        perform logic.refuse(404, 'payment_session_not_found', 'There is no such payment session.');
    elsif v_payment.status <> 'confirmed' then
        perform logic.check_payment_status(v_payment, 'confirmed');
    end if;
    v_failure := logic.fail_whatever_runs(v_payment, p_cause_tag, 'operator:' || p_who, p_note);
    return query select v_failure.id, v_failure.cause_tag, v_failure.amount, v_failure.refund_due;
end
$$;
comment on function ops.fail_payment is
    'Fails a confirmed payment session by hand, and closes its search or extension. Refuses who_is_missing, note_too_long, invalid_cause_tag, payment_session_not_found, payment_session_expired, payment_session_abandoned, payment_session_consumed, payment_session_failed, payment_not_confirmed.';
