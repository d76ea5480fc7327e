-- Events are kept for a while: what was decided before that is not looked at.
create or replace function logic.audit_money(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language sql stable security definer set search_path = ''
as $$
    select 'the customer was told what was decided about their money', 'pairing_failure', f.id::text,
        format('%s by %s at %s', f.operator_action, f.actioned_by, f.actioned_at)
    from data.pairing_failures f
    where f.refund_due
        and f.actioned_at >= greatest(
            p_since, (select logic.kept_since('events', logic.setting_integer('event_retention_days')))
        )
        and not exists (
            select from data.events e
            where e.entity_id = f.id and e.type = 'MONEY' and e.customer_id = f.customer_id
                and e.body ->> 'status' = f.operator_action
        )
$$;
comment on function logic.audit_money is 'Decisions about customers'' money of which these were not told.';
