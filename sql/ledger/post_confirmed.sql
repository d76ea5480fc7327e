-- Credit pays first. A first chat is paid now; an extension's credit is held until the mitra answers, and with pretended
-- money the rest is paid at approval. With a provider, credit is all there is: what was paid there came in as credit.
-- Locks: the customer's credit account.
-- Refuses: payment_not_received.
create or replace function logic.post_confirmed(p_payment data.payment_sessions, p_event_id bigint, p_actor text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_rest bigint;
begin
    if p_payment.amount = 0 then
        return;
    end if;
    v_rest := p_payment.amount
        - logic.take_credit(case when p_payment.is_extension then 'held' else 'spent' end, p_payment, p_actor);
    if v_rest > 0 and logic.provider() <> 'pretend' then
        perform logic.refuse(409, 'payment_not_received', 'The payment has not come in yet.');
    elsif not p_payment.is_extension then
        perform logic.post(
            'paid', p_payment.id, logic.account('clearing', 'pretend'), logic.account('prepaid'), v_rest, p_payment.id, p_event_id
        );
    end if;
end
$$;
comment on function logic.post_confirmed is 'Posts what a payment session that was confirmed just now takes.';
