-- Computes yesterday and today again, in the calendar of Jakarta. The roll-up says what came in; what an operator does
-- to an older failure shows in the failures themselves. Days without a run are made up for, from the day before the
-- last run on; the first run begins with the first payment.
create or replace function logic.refresh_daily_figures(p_days integer default 2)
returns void
language sql volatile security definer set search_path = ''
as $$
    insert into data.daily_figures as f
    select n.*
    from generate_series(
        least(
            logic.day_of(logic.now()) - (p_days - 1),
            coalesce(
                (select logic.day_of(l.computed_at) - 1 from data.daily_figures l order by l.day desc limit 1),
                (select logic.day_of(min(p.created_at)) from data.payment_sessions p)
            )
        ),
        logic.day_of(logic.now()),
        interval '1 day'
    ) d
    cross join lateral logic.figures_of(d::date) n
    on conflict (day) do update
    set payments_created = excluded.payments_created,
        payments_confirmed = excluded.payments_confirmed,
        searches_general = excluded.searches_general,
        searches_returning = excluded.searches_returning,
        paired = excluded.paired,
        failed = excluded.failed,
        extensions_requested = excluded.extensions_requested,
        extensions_approved = excluded.extensions_approved,
        seconds_to_pair_p50 = excluded.seconds_to_pair_p50,
        seconds_to_pair_p99 = excluded.seconds_to_pair_p99,
        charged = excluded.charged,
        refund_due = excluded.refund_due,
        refunded = excluded.refunded,
        computed_at = excluded.computed_at
$$;
comment on function logic.refresh_daily_figures is 'Computes the figures of the last p_days days again, including today, and of days without a run.';
