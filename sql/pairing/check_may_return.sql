-- Refuses: targeted_mitra_mismatch, mitra_not_found, mitra_not_known.
create or replace function logic.check_may_return(p_payment data.payment_sessions, p_mitra_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_payment.targeted_mitra_id <> p_mitra_id then
        perform logic.refuse(409, 'targeted_mitra_mismatch', 'This payment was made for another bestie.');
    end if;
    if not exists (select from data.mitras where id = p_mitra_id) then
        perform logic.refuse(404, 'mitra_not_found', 'There is no such bestie.');
    end if;
    if not exists (
        select from data.chat_sessions where customer_id = p_payment.customer_id and mitra_id = p_mitra_id
    ) then
        perform logic.refuse(403, 'mitra_not_known', 'Only a bestie from an earlier chat can be asked again.');
    end if;
end
$$;
comment on function logic.check_may_return is 'Refuses a mitra who is not the payment''s target, or never chatted with the customer.';
