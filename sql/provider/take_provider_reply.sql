-- An answer that cannot be relied on changes nothing but the time of the next call. p_status null: no answer came.
-- Locks: payment session, charge, the customer's credit account.
create or replace function api.take_provider_reply(
    p_charge_id uuid, p_action text, p_lease timestamptz, p_status integer, p_body text
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
    v_charge data.charges;
    v_word data.provider_word;
    v_paid_before bigint;
begin
    select * into v_payment
    from data.payment_sessions
    where id = (select c.payment_session_id from data.charges c where c.id = p_charge_id)
    for update;
    select * into v_charge from data.charges where id = p_charge_id for update;
    if not found then
        perform logic.refuse(404, 'charge_not_found', 'There is no such charge.');
    end if;
    v_word := logic.word_of(v_charge, p_action, p_status, p_body);
    perform logic.note_trouble(v_charge.provider, v_word.state is not null, format('%s %s', p_status, left(p_body, 300)));
    v_paid_before := v_charge.paid_amount;
    v_charge := logic.merge_word(v_charge, v_word, left(p_body, 2000));
    if v_charge.paid_amount > v_paid_before then
        perform logic.confirm_paid(v_payment);
    end if;
    if v_charge.status = 'cancelled' and not logic.says_where(v_charge) then
        perform logic.charge_anew(v_payment, v_charge);
    end if;
    update data.charges
    set next_call_at = logic.next_call_at(v_charge, v_word.state)
    where id = p_charge_id and next_call_at is not distinct from p_lease;
    return v_charge.status;
end
$$;
comment on function api.take_provider_reply is
    'A provider''s answer to a call: the charge''s status by then. Refuses charge_not_found, too_many_charges, free_trial_already_used, payment_not_received.';
