-- The only place that writes transfers and balances. The id makes a second posting of the same an error, so whoever
-- posts has locked the subject and checked its status before.
-- Locks: the person's account, after all else.
create or replace function logic.post(
    p_kind text,
    p_subject_id uuid,
    p_debit_account_id bigint,
    p_credit_account_id bigint,
    p_amount bigint,
    p_payment_session_id uuid,
    p_event_id bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if p_amount = 0 then
        return;
    end if;
    insert into data.transfers (
        id, kind, debit_account_id, credit_account_id, amount, payment_session_id, event_id, at
    )
    values (
        logic.transfer_id(p_kind, p_subject_id), p_kind, p_debit_account_id, p_credit_account_id, p_amount,
        p_payment_session_id, p_event_id, logic.now()
    );
    if p_debit_account_id >= 1000 then
        update data.accounts set balance = balance - p_amount where id = p_debit_account_id;
    end if;
    if p_credit_account_id >= 1000 then
        update data.accounts set balance = balance + p_amount where id = p_credit_account_id;
    end if;
end
$$;
comment on function logic.post is 'Moves rupiah from one account (debit) to another (credit), on account of an event; 0 moves nothing.';
