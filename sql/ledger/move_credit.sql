-- The customer hears of it. The account is locked first, so that the event says the credit that results.
-- Locks: the customer's credit account.
create or replace function logic.move_credit(
    p_kind text, p_subject_id uuid, p_customer_id uuid, p_other_account_id bigint, p_change bigint, p_payment_session_id uuid,
    p_actor text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_account_id bigint := logic.account_of_customer(p_customer_id);
    v_credit bigint;
    v_event_id bigint;
begin
    if p_change = 0 then
        return;
    end if;
    select balance into v_credit from data.accounts where id = v_account_id for no key update;
    v_event_id := logic.append_event(
        'CREDIT', 'customer', p_customer_id, null, null, p_customer_id, null, p_actor,
        jsonb_build_object(
            'kind', p_kind,
            'change', p_change,
            'credit', v_credit + p_change,
            'payment_session_id', p_payment_session_id
        )
    );
    perform logic.post(
        p_kind, p_subject_id,
        case when p_change > 0 then p_other_account_id else v_account_id end,
        case when p_change > 0 then v_account_id else p_other_account_id end,
        abs(p_change), p_payment_session_id, v_event_id
    );
end
$$;
comment on function logic.move_credit is
    'Moves rupiah into a customer''s credit (p_change above 0) or out of it, from or to another account.';
