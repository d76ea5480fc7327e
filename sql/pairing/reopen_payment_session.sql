-- The caller holds the payment session, and with it the right to its failure.
-- Refuses: payment_session_expired, fallback_not_offered, failure_already_actioned, free_trial_already_used, and
-- what check_payment_status refuses.
create or replace function logic.reopen_payment_session(p_payment data.payment_sessions)
returns data.payment_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
    v_failure data.pairing_failures;
begin
    perform logic.check_payment_status(p_payment, 'failed_pairing');
    select * into v_failure
    from data.pairing_failures
    where payment_session_id = p_payment.id and superseded_at is null
    for update;
    if v_failure.operator_action is not null then
        perform logic.refuse(409, 'failure_already_actioned', 'An operator has already settled this payment.');
    elsif not logic.fallback_offered(v_failure, p_payment) then
        perform logic.refuse(409, 'fallback_not_offered', 'Another bestie is offered only after a "Curhat lagi" that failed.');
    end if;

    update data.pairing_failures set superseded_at = logic.now() where id = v_failure.id;
    v_payment := logic.set_confirmed(p_payment);
    perform logic.append_payment_event(v_payment, 'failed_pairing', 'customer:' || v_payment.customer_id);
    perform logic.append_event(
        'PAIRING_FAILURE_SUPERSEDED', 'pairing_failure', v_failure.id, null, null, v_payment.customer_id, null,
        'customer:' || v_payment.customer_id,
        jsonb_build_object('failure_id', v_failure.id, 'payment_session_id', v_payment.id)
    );
    return v_payment;
end
$$;
comment on function logic.reopen_payment_session is
    'failed_pairing → confirmed for a fallback; its open failure is superseded and can no longer be actioned.';
