-- Only days that were over at their last run, and only figures that are final by then: what an operator does later
-- shows in the failures.
create or replace function logic.audit_figures(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'the figures of a day are what its rows come to', 'day', f.day::text,
        format('%s payments, %s and %s searches, %s extensions, %s rupiah; counted: %s, %s and %s, %s, %s', f.payments_created, f.searches_general,
            f.searches_returning, f.extensions_requested, f.charged, n.payments_created, n.searches_general, n.searches_returning,
            n.extensions_requested, n.charged)
    from data.daily_figures f
    cross join lateral logic.figures_of(f.day) n
    where f.day >= case when p_since > '-infinity' then logic.day_of(p_since) - 1 else date '-infinity' end
        and f.computed_at > logic.start_of_day(f.day + 1) + interval '1 hour'
        and (f.payments_created, f.searches_general, f.searches_returning, f.extensions_requested, f.charged)
            is distinct from (n.payments_created, n.searches_general, n.searches_returning, n.extensions_requested, n.charged);
end
$$;
comment on function logic.audit_figures is 'Figures of past days that differ from the rows.';
