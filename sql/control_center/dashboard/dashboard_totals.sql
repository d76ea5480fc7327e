create or replace function logic.dashboard_totals(p_days jsonb)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'payments_created', sum(d.payments_created),
            'payments_confirmed', sum(d.payments_confirmed),
            'searches', sum(d.searches_general + d.searches_returning),
            'paired', sum(d.paired),
            'failures', coalesce(sum(f.failures), 0),
            'extensions_requested', sum(d.extensions_requested),
            'extensions_approved', sum(d.extensions_approved),
            'charged', sum(d.charged),
            'refund_due', sum(d.refund_due),
            'due_back', sum(d.due_back)
        )
        from jsonb_to_recordset(p_days) d (
            payments_created integer, payments_confirmed integer, searches_general integer, searches_returning integer,
            paired integer, failed jsonb, extensions_requested integer, extensions_approved integer,
            charged bigint, refund_due bigint, due_back bigint
        )
        cross join lateral (select sum(n.value::integer) as failures from jsonb_each_text(d.failed) n) f
    );
end
$$;
comment on function logic.dashboard_totals is 'The sums of the figures of some days.';
