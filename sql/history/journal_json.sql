create or replace function logic.journal_json(p_payment_session_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'id', t.id, 'at', t.at, 'kind', t.kind, 'debit', d.name, 'credit', c.name, 'amount', t.amount,
                'event_id', t.event_id
            )
            order by t.event_id nulls first, t.at, t.id
        ), '[]')
        from data.transfers t
        join data.accounts d on d.id = t.debit_account_id
        join data.accounts c on c.id = t.credit_account_id
        where t.payment_session_id = p_payment_session_id
    );
end
$$;
comment on function logic.journal_json is 'Every transfer on account of a payment session, in order.';
