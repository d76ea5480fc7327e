-- A transaction that posts is over within minutes, so the day before yesterday is final. Days without a run are made up
-- for.
create or replace function logic.refresh_account_days()
returns void
language sql volatile security definer set search_path = ''
as $$
    with sides as (
        select logic.day_of(t.at) as day, t.kind, s.account_id, sum(s.debited) as debited, sum(s.credited) as credited
        from data.transfers t
        cross join lateral (values
            (t.debit_account_id, t.amount, 0), (t.credit_account_id, 0, t.amount)
        ) s (account_id, debited, credited)
        where t.at >= logic.start_of_day(logic.rolled_up_to() - 1) and s.account_id < 1000
        group by 1, 2, 3
    )
    insert into data.account_days as d (account_id, day, kind, debited, credited)
    select account_id, day, kind, debited, credited from sides
    on conflict (account_id, day, kind) do update
    set debited = excluded.debited, credited = excluded.credited
    where (d.debited, d.credited) is distinct from (excluded.debited, excluded.credited)
$$;
comment on function logic.refresh_account_days is 'Sums the shared accounts'' transfers by day in Jakarta, from the day before the last that was summed.';
