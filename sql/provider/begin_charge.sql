-- The provider is asked by the listener, never from here. The same method again gives the newest charge, while it runs; another
-- method leaves the old charge to be cancelled (logic.charge_action).
-- Locks: payment session, the customer's credit account (shared).
create or replace function api.begin_charge(p_payment_session_id uuid, p_customer_id uuid, p_method text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions := logic.lock_payment_session(p_payment_session_id, p_customer_id);
    v_charge data.charges;
    v_amount bigint;
begin
    perform logic.check_payment_status(v_payment, 'pending');
    perform logic.check_not_blocked(p_customer_id);
    perform logic.check_method(p_method);
    v_amount := v_payment.amount - least(logic.credit_of(p_customer_id), v_payment.amount);
    if v_amount = 0 then
        perform logic.refuse(409, 'nothing_to_pay', 'There is nothing left to pay: confirm the payment session.');
    end if;
    v_charge := logic.newest_charge(v_payment.id);
    if (v_charge.method, v_charge.amount, v_charge.status in ('created', 'pending')) is distinct from (p_method, v_amount, true) then
        v_charge := logic.insert_charge(v_payment, p_method, v_amount, 'customer:' || p_customer_id);
    end if;
    return logic.charge_json(v_charge);
end
$$;
comment on function api.begin_charge is
    'The customer chooses how to pay: the charge, with what to pay less their credit. Where to pay follows in the state and as CHARGE on the socket, once the provider has answered. Refuses payment_session_not_found, payment_session_expired, payment_session_abandoned, payment_session_consumed, payment_session_failed, payment_already_confirmed, payment_not_confirmed, account_blocked, payments_are_pretended, unknown_method, nothing_to_pay, too_many_charges.';
