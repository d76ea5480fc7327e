create or replace function ops.statement(p_account text, p_from date, p_to date)
returns table (
    at timestamptz, kind text, other_account text, debited bigint, credited bigint, payment_session_id uuid, event_id bigint,
    transfer_id uuid
)
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account data.accounts;
begin
    perform logic.check_given(jsonb_build_object('p_from', p_from, 'p_to', p_to));
    select * into v_account from data.accounts a where a.name = p_account;
    if not found then
        perform logic.refuse(404, 'account_not_found', 'There is no such account; ops.balance() names them, and a person''s is credit:<id> or mitra_payable:<id>.');
    end if;
    return query
    select t.at, t.kind, o.name, t.debited, t.credited, t.payment_session_id, t.event_id, t.id
    from (
        select d.*, d.credit_account_id as other_id, d.amount as debited, 0::bigint as credited
        from data.transfers d where d.debit_account_id = v_account.id
        union all
        select c.*, c.debit_account_id, 0, c.amount
        from data.transfers c where c.credit_account_id = v_account.id
    ) t
    join data.accounts o on o.id = t.other_id
    where t.at >= logic.start_of_day(p_from) and t.at < logic.start_of_day(p_to + 1)
    order by t.at, t.id;
end
$$;
comment on function ops.statement is
    'An account''s transfers from one day in Jakarta to another, both included; the account as in ops.balance(), or credit:<customer>, mitra_payable:<mitra>. Refuses argument_missing, account_not_found.';
