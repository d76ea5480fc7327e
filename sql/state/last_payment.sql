create or replace function logic.last_payment(p_customer_id uuid)
returns data.payment_sessions
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
begin
    select p.* into v_payment
    from data.payment_sessions p
    where p.customer_id = p_customer_id and not p.is_extension and p.status <> 'abandoned'
    order by p.created_at desc
    limit 1;
    return v_payment;
end
$$;
comment on function logic.last_payment is 'A customer''s latest payment session for a chat, abandoned ones aside.';
