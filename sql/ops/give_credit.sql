create or replace function ops.give_credit(
    p_customer_id uuid, p_amount integer, p_note text, p_who text, p_payment_session_id uuid default null,
    p_gift_id uuid default null
)
returns table (gift_id uuid, customer_id uuid, amount integer, credit bigint)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_gift data.credit_gifts;
begin
    perform logic.check_who(p_who);
    v_gift := logic.give_credit(p_gift_id, p_customer_id, p_amount, p_payment_session_id, p_note, p_who);
    return query select v_gift.id, v_gift.customer_id, v_gift.amount, logic.credit_of(v_gift.customer_id);
end
$$;
comment on function ops.give_credit is
    'Gives a customer credit as goodwill, at the house''s loss; the same p_gift_id again gives nothing more. Refuses who_is_missing, note_is_missing, note_too_long, invalid_amount, customer_not_found, payment_session_not_found, gift_id_reused.';
