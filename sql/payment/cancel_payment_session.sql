-- The customer leaves before paying. Idempotent.
-- Locks: payment session.
create or replace function api.cancel_payment_session(p_payment_session_id uuid, p_customer_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions := logic.lock_payment_session(p_payment_session_id, p_customer_id);
begin
    if v_payment.status <> 'abandoned' then
        perform logic.check_payment_status(v_payment, 'pending');
        update data.payment_sessions set status = 'abandoned' where id = v_payment.id returning * into v_payment;
        perform logic.append_payment_event(v_payment, 'pending', 'customer:' || p_customer_id);
    end if;
    return logic.payment_session_json(v_payment);
end
$$;
comment on function api.cancel_payment_session is
    'The customer leaves before paying: pending → abandoned. Refuses payment_session_not_found, payment_session_expired, payment_session_consumed, payment_session_failed, payment_already_confirmed.';
