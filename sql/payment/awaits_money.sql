create or replace function logic.awaits_money(p_payment data.payment_sessions)
returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return p_payment.amount > 0 and logic.provider() <> 'pretend' and logic.credit_of(p_payment.customer_id) < p_payment.amount;
end
$$;
comment on function logic.awaits_money is 'Whether a provider is still to say that a payment session''s price came in.';
