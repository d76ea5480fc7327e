-- Refuses: payments_are_pretended, unknown_method.
create or replace function logic.check_method(p_method text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if logic.provider() = 'pretend' then
        perform logic.refuse(409, 'payments_are_pretended', 'Money is pretended here: confirm the payment session.');
    elsif coalesce(p_method not in ('qris', 'gopay', 'bca', 'bni', 'bri', 'permata'), true) then
        perform logic.refuse(400, 'unknown_method', 'A method is qris, gopay, bca, bni, bri or permata.');
    end if;
end
$$;
comment on function logic.check_method is 'Refuses a way of paying that no provider takes.';
