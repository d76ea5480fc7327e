-- Two branches, so that each reads its own index from the cursor on.
create or replace function logic.person_transfers(
    p_account_id bigint, p_before timestamptz, p_before_id uuid, p_limit integer
)
returns table (id uuid, at timestamptz, kind text, change bigint, payment_session_id uuid)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select t.id, t.at, t.kind, t.change, t.payment_session_id
    from (
        (
            select d.id, d.at, d.kind, -d.amount as change, d.payment_session_id
            from data.transfers d
            where d.debit_account_id = p_account_id and d.debit_account_id >= 1000 and d.at <= p_before and (d.at, d.id) < (p_before, p_before_id)
            order by d.at desc, d.id desc
            limit p_limit
        )
        union all
        (
            select c.id, c.at, c.kind, c.amount, c.payment_session_id
            from data.transfers c
            where c.credit_account_id = p_account_id and c.credit_account_id >= 1000 and c.at <= p_before and (c.at, c.id) < (p_before, p_before_id)
            order by c.at desc, c.id desc
            limit p_limit
        )
    ) t
    order by t.at desc, t.id desc
    limit p_limit;
end
$$;
comment on function logic.person_transfers is 'A page of the transfers of a person''s account, newest first; change is below zero for what went out.';
