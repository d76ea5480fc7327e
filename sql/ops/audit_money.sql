-- Events are kept for a while; older decisions are not checked.
create or replace function logic.audit_money(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_since timestamptz := greatest(p_since, logic.kept_since('events', logic.setting_integer('event_retention_days')));
begin
    return query
    select 'the customer was told what was decided about their money', 'pairing_failure', f.id::text,
        format('%s by %s at %s', f.operator_action, f.actioned_by, f.actioned_at)
    from data.pairing_failures f
    where f.refund_due
        and f.actioned_at >= v_since
        and not exists (
            select from data.events e
            where e.at >= v_since - interval '10 minutes' and e.entity_id = f.id and e.type = 'MONEY' and e.customer_id = f.customer_id
                and e.body ->> 'status' = f.operator_action
        );
end
$$;
comment on function logic.audit_money is 'Decisions about money that the customer was not told of.';
