-- Failures and refunds due are exact. The rest comes from the roll-up, and is empty where that has not been computed.
create or replace function logic.dashboard_days(p_first date, p_last date)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_agg(
            jsonb_build_object(
                'day', d.day,
                'payments_created', coalesce(k.payments_created, 0),
                'payments_confirmed', coalesce(k.payments_confirmed, 0),
                'searches_general', coalesce(k.searches_general, 0),
                'searches_returning', coalesce(k.searches_returning, 0),
                'paired', coalesce(k.paired, 0),
                'failed', coalesce(f.failed, '{}'),
                'extensions_requested', coalesce(k.extensions_requested, 0),
                'extensions_approved', coalesce(k.extensions_approved, 0),
                'seconds_to_pair_p50', k.seconds_to_pair_p50,
                'seconds_to_pair_p99', k.seconds_to_pair_p99,
                'charged', coalesce(k.charged, 0),
                'refund_due', coalesce(k.refund_due, 0),
                'due_back', coalesce(f.due_back, 0)
            )
            order by d.day
        )
        from (select p_first + n as day from generate_series(0, p_last - p_first) n) d
        left join control_center.daily_kpis k on k.day = d.day
        left join logic.failures_by_day(p_first, p_last) f on f.day = d.day
    );
end
$$;
comment on function logic.dashboard_days is 'The figures of each day in Jakarta from one to another, oldest first.';
