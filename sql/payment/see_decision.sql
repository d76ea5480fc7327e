-- The customer has read the decision about their money. Idempotent.
-- Locks: payment session, failure.
create or replace function api.see_decision(p_payment_session_id uuid, p_customer_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions := logic.lock_payment_session(p_payment_session_id, p_customer_id);
    v_failure data.pairing_failures;
begin
    select * into v_failure
    from data.pairing_failures
    where payment_session_id = v_payment.id and superseded_at is null and refund_due
    for update;
    if v_failure.operator_action is null then
        perform logic.refuse(409, 'money_not_decided', 'Nothing has been decided about the money of this payment session.');
    end if;
    if v_failure.decision_seen_at is null then
        update data.pairing_failures
        set decision_seen_at = logic.now()
        where id = v_failure.id
        returning * into v_failure;
        perform logic.append_money_event(v_payment, v_failure, 'customer:' || p_customer_id);
    end if;
    return logic.money_json(v_payment, v_failure);
end
$$;
comment on function api.see_decision is
    'The customer has seen what was decided about the money of a payment session, so it leaves their state: {payment_session_id, failure_id, status, …, seen_at}. Refuses payment_session_not_found, money_not_decided.';
