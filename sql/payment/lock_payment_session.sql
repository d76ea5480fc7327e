-- Locks: payment session.
-- Refuses: payment_session_not_found (also when it is another customer's).
create or replace function logic.lock_payment_session(p_payment_session_id uuid, p_customer_id uuid)
returns data.payment_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
begin
    select * into v_payment
    from data.payment_sessions
    where id = p_payment_session_id and customer_id = p_customer_id
    for update;
    if not found then
        perform logic.refuse(404, 'payment_session_not_found', 'There is no such payment session.');
    end if;
    return v_payment;
end
$$;
comment on function logic.lock_payment_session is 'A customer''s own payment session, locked.';
