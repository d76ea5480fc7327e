-- Credit that paid for it becomes credit again, whatever was decided to give back.
-- Locks: the customer's credit account.
create or replace function logic.post_decided(
    p_payment data.payment_sessions, p_action text, p_event_id bigint, p_actor text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_credit bigint := case p_action when 'credited' then p_payment.amount when 'refunded' then logic.moved('spent', p_payment.id) end;
begin
    if p_action = 'no_action' then
        perform logic.post(
            'kept', p_payment.id, logic.account('prepaid'), logic.account('revenue'), p_payment.amount, p_payment.id, p_event_id
        );
        return;
    end if;
    perform logic.move_credit(
        'credited', p_payment.id, p_payment.customer_id, logic.account('prepaid'), v_credit, p_payment.id, p_actor
    );
    perform logic.post(
        'refund', p_payment.id, logic.account('prepaid'), logic.account('refunds_in_transit'), p_payment.amount - v_credit,
        p_payment.id, p_event_id
    );
    perform logic.post(
        'refunded', p_payment.id, logic.account('refunds_in_transit'), logic.account('clearing', 'pretend'),
        p_payment.amount - v_credit, p_payment.id, p_event_id
    );
end
$$;
comment on function logic.post_decided is 'Posts an operator''s decision on the money of a failed payment that was charged.';
