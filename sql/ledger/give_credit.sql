-- Idempotent by the gift's id.
-- Locks: the gift, the customer's credit account.
-- Refuses: note_is_missing, note_too_long, invalid_amount, customer_not_found, payment_session_not_found, gift_id_reused.
create or replace function logic.give_credit(
    p_gift_id uuid, p_customer_id uuid, p_amount integer, p_payment_session_id uuid, p_note text, p_who text
)
returns data.credit_gifts
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_gift data.credit_gifts;
begin
    perform logic.check_note(p_note);
    if coalesce(p_amount not between 1 and 10000000, true) then
        perform logic.refuse(400, 'invalid_amount', 'Credit is a whole number of rupiah from 1 to 10000000.');
    elsif not exists (select from data.users where id = p_customer_id) then
        perform logic.refuse(404, 'customer_not_found', 'There is no such customer.');
    elsif p_payment_session_id is not null and not exists (
        select from data.payment_sessions where id = p_payment_session_id and customer_id = p_customer_id
    ) then
        perform logic.refuse(404, 'payment_session_not_found', 'This customer has no such payment session.');
    end if;
    insert into data.credit_gifts (id, customer_id, payment_session_id, amount, note, given_by, given_at)
    values (
        coalesce(p_gift_id, gen_random_uuid()), p_customer_id, p_payment_session_id, p_amount, logic.clean_text(p_note), p_who,
        logic.now()
    )
    on conflict (id) do nothing
    returning * into v_gift;
    if found then
        perform logic.move_credit(
            'gift', v_gift.id, p_customer_id, logic.account('loss'), p_amount, p_payment_session_id, 'operator:' || p_who
        );
        return v_gift;
    end if;
    select * into v_gift from data.credit_gifts where id = p_gift_id;
    if (v_gift.customer_id, v_gift.amount, v_gift.payment_session_id) is distinct from (p_customer_id, p_amount, p_payment_session_id) then
        perform logic.refuse(409, 'gift_id_reused', 'Another gift has this id.');
    end if;
    return v_gift;
end
$$;
comment on function logic.give_credit is 'Gives a customer credit as goodwill, once.';
