-- Final days from the roll-up, later ones from the transfers themselves; people's accounts from their indexes.
create or replace function logic.account_sums(p_until timestamptz default 'infinity')
returns table (account_id bigint, kind text, debited bigint, credited bigint)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_final date := least(logic.rolled_up_to() - 1, logic.day_of(p_until));
begin
    return query
    select s.account_id, s.kind, sum(s.debited)::bigint, sum(s.credited)::bigint
    from (
        select d.account_id, d.kind, d.debited, d.credited from data.account_days d where d.day < v_final
        union all
        select x.account_id, t.kind, x.debited, x.credited
        from data.transfers t
        cross join lateral (values
            (t.debit_account_id, t.amount, 0), (t.credit_account_id, 0, t.amount)
        ) x (account_id, debited, credited)
        where t.at >= case when isfinite(v_final) then logic.start_of_day(v_final) else '-infinity' end
            and t.at < p_until and x.account_id < 1000
    ) s
    group by 1, 2;
end
$$;
comment on function logic.account_sums is 'What each shared account was debited and credited, by kind of transfer, before a time.';
