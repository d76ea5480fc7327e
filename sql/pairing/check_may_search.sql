-- Refuses: payment_is_for_extension, and what check_payment_status refuses.
create or replace function logic.check_may_search(p_payment data.payment_sessions)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_payment.is_extension then
        perform logic.refuse(409, 'payment_is_for_extension', 'This payment is for more minutes in a running chat.');
    end if;
    perform logic.check_payment_status(p_payment, 'confirmed');
end
$$;
comment on function logic.check_may_search is 'Refuses a payment session that cannot start a search now.';
