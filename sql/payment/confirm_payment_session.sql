-- With a provider only what has come in counts: without it the provider is asked now, and the refusal is returned, not
-- raised, so that the asking stays. With pretended money, whoever confirms has paid.
-- The customer has paid. A first chat is charged now, an extension at approval, a free trial never. Idempotent: a
-- client and a webhook may both confirm.
-- Locks: the idempotency key, payment session, the customer's credit account.
create or replace function api.confirm_payment_session(
    p_payment_session_id uuid, p_customer_id uuid, p_idempotency_key text default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_reply jsonb := logic.recall_reply(
        p_customer_id, p_idempotency_key, 'confirm_payment_session', to_jsonb(p_payment_session_id)
    );
    v_payment data.payment_sessions;
begin
    if v_reply is not null then
        return v_reply;
    end if;
    v_payment := logic.lock_payment_session(p_payment_session_id, p_customer_id);
    if v_payment.status <> 'confirmed' then
        perform logic.check_payment_status(v_payment, 'pending');
        perform logic.check_not_blocked(p_customer_id);
        if logic.awaits_money(v_payment) then
            update data.charges
            set next_call_at = logic.now()
            where payment_session_id = v_payment.id and paid_at is null and next_call_at > logic.now() + interval '2 seconds';
            return logic.keep_refusal(409, 'payment_not_received', 'The payment has not come in yet.');
        end if;
        v_payment := logic.set_confirmed(v_payment);
        perform logic.post_confirmed(
            v_payment,
            logic.append_payment_event(v_payment, 'pending', 'customer:' || p_customer_id),
            'customer:' || p_customer_id
        );
    end if;
    return logic.keep_reply(p_customer_id, p_idempotency_key, logic.payment_session_json(v_payment));
end
$$;
comment on function api.confirm_payment_session is
    'The customer has paid: pending → confirmed, once. Refuses payment_session_not_found, payment_session_expired, payment_session_abandoned, payment_session_consumed, payment_session_failed, free_trial_already_used, payment_not_received, idempotency_key_reused, account_blocked, too_many_idempotency_keys.';
