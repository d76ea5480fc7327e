-- Locks: the customer's credit account.
create or replace function logic.release_credit(p_payment data.payment_sessions, p_actor text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.move_credit(
        'released', p_payment.id, p_payment.customer_id, logic.account('held'), logic.moved('held', p_payment.id), p_payment.id,
        p_actor
    );
end
$$;
comment on function logic.release_credit is 'Gives back the credit that was held for an extension which came to nothing.';
