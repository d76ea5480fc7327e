-- The status only climbs. Money that came in is the customer's credit at once, whatever becomes of the payment session:
-- late, twice, or of another amount, it is never kept and never lost.
-- Locks: the customer's credit account; the caller holds payment session and charge.
create or replace function logic.merge_word(p_charge data.charges, p_word data.provider_word, p_text text)
returns data.charges
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_charge data.charges;
    v_climbs boolean := coalesce(logic.rank_of_charge(p_word.state) > logic.rank_of_charge(p_charge.status), false);
    v_is_paid boolean := coalesce(logic.rank_of_charge(p_word.state) >= 3, false);
    v_paid bigint := greatest(p_charge.paid_amount, case when v_is_paid then coalesce(p_word.paid_amount, p_charge.amount) else 0 end);
begin
    update data.charges
    set status = case when v_climbs then p_word.state else status end,
        reference = coalesce(reference, p_word.reference),
        qr_string = coalesce(qr_string, p_word.qr_string),
        account_number = coalesce(account_number, p_word.account_number),
        link = coalesce(link, p_word.link),
        paid_amount = v_paid,
        paid_at = case when v_paid > 0 then coalesce(paid_at, logic.now()) end,
        sent_at = case when p_word.state = 'absent' and status = 'created' then null else sent_at end,
        failed_calls = case when p_word.state is null then failed_calls + 1 else 0 end,
        word = p_text
    where id = p_charge.id
    returning * into v_charge;
    if v_climbs then
        perform logic.append_charge_event(v_charge, p_charge.status, 'provider');
    end if;
    if v_paid > p_charge.paid_amount then
        perform logic.move_credit(
            'charged', logic.part_id(v_charge.id, v_paid), v_charge.customer_id, logic.account('clearing', v_charge.provider),
            v_paid - p_charge.paid_amount, v_charge.payment_session_id, 'provider'
        );
    end if;
    return v_charge;
end
$$;
comment on function logic.merge_word is 'Merges what a provider said of a charge into it: the charge.';
