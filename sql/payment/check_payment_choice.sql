-- Refuses: customer_not_found, account_blocked, mitra_not_found, target_not_allowed.
create or replace function logic.check_payment_choice(
    p_customer_id uuid, p_targeted_mitra_id uuid, p_is_extension boolean
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not exists (select from data.users where id = p_customer_id) then
        perform logic.refuse(404, 'customer_not_found', 'There is no such customer.');
    end if;
    perform logic.check_not_blocked(p_customer_id);
    if p_targeted_mitra_id is null then
        return;
    end if;
    if p_is_extension then
        perform logic.refuse(400, 'target_not_allowed', 'An extension stays in its chat: it takes no targeted_mitra_id.');
    end if;
    if not exists (select from data.mitras where id = p_targeted_mitra_id) then
        perform logic.refuse(404, 'mitra_not_found', 'There is no such bestie.');
    end if;
end
$$;
comment on function logic.check_payment_choice is 'Refuses a payment for people who do not exist, or an extension with a target.';
