-- Assets and costs are debited less credited, all else credited less debited, so a normal balance is above zero.
create or replace function ops.balance()
returns table (account text, balance bigint, accounts bigint)
language sql stable security definer set search_path = ''
as $$
    select a.name, (coalesce(sum(s.credited - s.debited), 0) * case when a.kind in ('clearing', 'loss') then -1 else 1 end)::bigint, 1::bigint
    from data.accounts a
    left join logic.account_sums() s on s.account_id = a.id
    where a.id < 1000
    group by a.id, a.name, a.kind
    union all
    select a.kind, sum(a.balance)::bigint, count(*)
    from data.accounts a
    where a.id >= 1000
    group by a.kind
$$;
comment on function ops.balance is
    'Every account with its balance in rupiah; people''s accounts as one sum for each kind. clearing is what a provider owes the house, prepaid and credit what the house owes customers.';
