-- Credit that covers it confirms it. Money that came too late, or from somebody who is blocked, stays their credit.
-- Locks: the customer's credit account; the caller holds the payment session.
-- Refuses: free_trial_already_used, payment_not_received.
create or replace function logic.confirm_paid(p_payment data.payment_sessions)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
begin
    if p_payment.status <> 'pending' or p_payment.expires_at <= logic.now()
        or logic.credit_of(p_payment.customer_id) < p_payment.amount
        or exists (select from data.users u where u.id = p_payment.customer_id and u.blocked_at is not null)
    then
        return;
    end if;
    v_payment := logic.set_confirmed(p_payment);
    perform logic.post_confirmed(v_payment, logic.append_payment_event(v_payment, 'pending', 'provider'), 'provider');
end
$$;
comment on function logic.confirm_paid is 'Confirms a pending payment session whose price the customer''s credit covers by now.';
