-- Events are kept for a while; older transfers are not held to theirs.
create or replace function logic.audit_ledger(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_events_since timestamptz := greatest(p_since, logic.kept_since('events', logic.setting_integer('event_retention_days')));
begin
    return query
    select 'a kept balance is the sum of its transfers', 'account', a.name, format('%s rupiah, by its transfers %s', a.balance, s.sum)
    from data.accounts a
    cross join lateral (
        select
            coalesce((select sum(c.amount) from data.transfers c where c.credit_account_id = a.id and c.credit_account_id >= 1000), 0)
            - coalesce((select sum(d.amount) from data.transfers d where d.debit_account_id = a.id and d.debit_account_id >= 1000), 0) as sum
    ) s
    where a.id >= 1000
        and (p_since = '-infinity' or a.id in (
            select t.debit_account_id from data.transfers t where t.at >= p_since
            union all
            select t.credit_account_id from data.transfers t where t.at >= p_since
        ))
        and a.balance is distinct from s.sum
    union all
    select 'nobody owes us credit, and no mitra was paid too much', 'account', a.name, format('%s rupiah', a.balance)
    from data.accounts a
    where a.balance < 0
    union all
    select 'a transfer goes from and to the accounts of its kind', 'transfer', t.id::text,
        format('%s from %s to %s', t.kind, coalesce(d.name, t.debit_account_id::text), coalesce(c.name, t.credit_account_id::text))
    from data.transfers t
    left join data.accounts d on d.id = t.debit_account_id
    left join data.accounts c on c.id = t.credit_account_id
    where t.at >= p_since
        and not exists (
            select from logic.transfer_kinds k where (k.kind, k.debits, k.credits) = (t.kind, d.kind, c.kind)
        )
    union all
    select 'a transfer was caused by an event', 'transfer', t.id::text, format('%s of %s rupiah, event %s', t.kind, t.amount, t.event_id)
    from data.transfers t
    where t.at >= v_events_since and t.event_id is not null
        and not exists (select from data.events e where e.at = t.at and e.id = t.event_id)
    union all
    select 'a transfer belongs to a payment', 'transfer', t.id::text, format('%s of %s rupiah, payment %s', t.kind, t.amount, t.payment_session_id)
    from data.transfers t
    where t.at >= p_since and t.kind <> 'gift'
        and not exists (select from data.payment_sessions p where p.id = t.payment_session_id)
    union all
    select 'a gift is credit, once', 'credit_gift', coalesce(g.id::text, t.id::text), format('%s rupiah given, %s posted', g.amount, t.amount)
    from (select * from data.credit_gifts g where g.given_at >= p_since) g
    full join (select * from data.transfers t where t.kind = 'gift' and t.at >= p_since) t on t.id = logic.transfer_id('gift', g.id)
    where g.amount is distinct from t.amount
    union all
    select 'the sums of a day are its transfers', 'account_day', format('%s %s %s', coalesce(d.day, n.day), coalesce(d.account_id, n.account_id), coalesce(d.kind, n.kind)),
        format('summed %s and %s, transferred %s and %s', d.debited, d.credited, n.debited, n.credited)
    from (
        select * from data.account_days d
        where d.day >= case when p_since > '-infinity' then logic.day_of(p_since) else date '-infinity' end
            and d.day < logic.rolled_up_to() - 1
    ) d
    full join (
        select logic.day_of(t.at) as day, t.kind, s.account_id, sum(s.debited) as debited, sum(s.credited) as credited
        from data.transfers t
        cross join lateral (values
            (t.debit_account_id, t.amount, 0), (t.credit_account_id, 0, t.amount)
        ) s (account_id, debited, credited)
        where t.at >= case when p_since > '-infinity' then logic.start_of_day(logic.day_of(p_since)) else '-infinity' end
            and logic.day_of(t.at) < logic.rolled_up_to() - 1
            and s.account_id < 1000
        group by 1, 2, 3
    ) n using (account_id, day, kind)
    where (d.debited, d.credited) is distinct from (n.debited, n.credited);
end
$$;
comment on function logic.audit_ledger is 'Balances, transfers and sums that differ from what they derive from.';
