-- Weeks begin on Monday.
create or replace function api.get_earnings(p_mitra_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_today date := logic.day_of(logic.now());
    v_month date := date_trunc('month', v_today)::date;
    v_account data.accounts;
begin
    perform logic.check_given(jsonb_build_object('p_mitra_id', p_mitra_id));
    select * into v_account from data.accounts where mitra_id = p_mitra_id;
    return (
        select jsonb_build_object(
            'balance', coalesce(v_account.balance, 0),
            'share_percent', logic.rate_at('mitra_share', logic.now()),
            'today', coalesce(sum(d.amount) filter (where d.day = v_today), 0),
            'week', coalesce(sum(d.amount) filter (where d.day >= date_trunc('week', v_today)::date), 0),
            'month', coalesce(sum(d.amount) filter (where d.day >= v_month), 0),
            'days', coalesce(
                jsonb_agg(jsonb_build_object('day', d.day, 'amount', d.amount, 'payments', d.payments) order by d.day desc)
                filter (where d.day >= v_month), '[]'
            )
        )
        from (
            select logic.day_of(t.at) as day, sum(t.amount) as amount, count(*) as payments
            from data.transfers t
            where t.credit_account_id = v_account.id and t.credit_account_id >= 1000 and t.kind = 'share'
                and t.at >= logic.start_of_day(least(v_month, date_trunc('week', v_today)::date))
            group by 1
        ) d
    );
end
$$;
comment on function api.get_earnings is
    'What a mitra earned, in rupiah: {balance, share_percent, today, week, month, days: [{day, amount, payments}]}, days of this month in Jakarta, newest first. balance: earned and not paid out. Refuses argument_missing.';
