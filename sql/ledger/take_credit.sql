-- Locks: the customer's credit account.
create or replace function logic.take_credit(p_kind text, p_payment data.payment_sessions, p_actor text)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_credit bigint;
begin
    select balance into v_credit from data.accounts where customer_id = p_payment.customer_id and balance > 0 for no key update;
    if not found then
        return 0;
    end if;
    v_credit := least(v_credit, p_payment.amount);
    perform logic.move_credit(
        p_kind, p_payment.id, p_payment.customer_id, logic.account(case p_kind when 'held' then 'held' else 'prepaid' end),
        -v_credit, p_payment.id, p_actor
    );
    return v_credit;
end
$$;
comment on function logic.take_credit is
    'Takes as much of a payment as the customer''s credit covers, spent or held: how much that is.';
