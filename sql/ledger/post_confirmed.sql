-- Credit pays first. A first chat is paid now; an extension's credit is held until the mitra answers, and the rest paid
-- at approval.
-- Locks: the customer's credit account.
create or replace function logic.post_confirmed(p_payment data.payment_sessions, p_event_id bigint, p_actor text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if p_payment.amount = 0 then
        return;
    elsif p_payment.is_extension then
        perform logic.take_credit('held', p_payment, p_actor);
    else
        perform logic.post(
            'paid', p_payment.id, logic.account('clearing', 'pretend'), logic.account('prepaid'),
            p_payment.amount - logic.take_credit('spent', p_payment, p_actor), p_payment.id, p_event_id
        );
    end if;
end
$$;
comment on function logic.post_confirmed is 'Posts what a payment session that was confirmed just now takes.';
