-- Locks: the pending payment session. One that is being confirmed is waited for, and then left alone.
create or replace function logic.abandon_pending_payment(p_customer_id uuid, p_is_extension boolean)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
begin
    update data.payment_sessions
    set status = 'abandoned'
    where customer_id = p_customer_id and is_extension = p_is_extension and status = 'pending'
    returning * into v_payment;
    if found then
        perform logic.append_payment_event(v_payment, 'pending', 'customer:' || p_customer_id);
    end if;
end
$$;
comment on function logic.abandon_pending_payment is 'Abandons the customer''s unconfirmed payment session of this kind, if there is one.';
