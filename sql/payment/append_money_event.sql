create or replace function logic.append_money_event(
    p_payment data.payment_sessions, p_failure data.pairing_failures, p_actor text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.append_event(
        'MONEY', 'pairing_failure', p_failure.id, null, null, p_payment.customer_id, null, p_actor,
        logic.money_json(p_payment, p_failure)
    );
end
$$;
comment on function logic.append_money_event is 'Tells a customer where the money of a failed payment is by now.';
