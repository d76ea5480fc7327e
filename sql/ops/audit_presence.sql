-- The last change of a mitra's presence is an event of the same moment.
create or replace function logic.audit_presence(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_since timestamptz := greatest(p_since, logic.kept_since('events', logic.setting_integer('event_retention_days')));
begin
    return query
    select 'whoever is blocked is out of reach', 'mitra', m.id::text, format('declared online: %s, lease until %s', m.declared_online, m.reachable_until)
    from data.mitras m
    where m.blocked_at is not null and (m.declared_online or m.reachable_until is not null)
    union all
    select 'whoever is blocked has nothing running', 'chat_session', c.id::text, format('customer %s, mitra %s', c.customer_id, c.mitra_id)
    from data.chat_sessions c
    where c.status = 'active' and c.mitra_id >= '00000000-0000-0000-0000-000000000000' and (
        exists (select from data.users u where u.id = c.customer_id and u.blocked_at is not null)
        or exists (select from data.mitras m where m.id = c.mitra_id and m.blocked_at is not null)
    )
    union all
    select 'whoever is blocked has nothing running', 'pairing_request', r.id::text, format('customer %s', r.customer_id)
    from data.pairing_requests r
    join data.users u on u.id = r.customer_id and u.blocked_at is not null
    where r.status = 'searching' and r.customer_id >= '00000000-0000-0000-0000-000000000000'
    union all
    select 'only who is declared online has a lease', 'mitra', m.id::text, format('until %s', m.reachable_until)
    from data.mitras m
    where m.reachable_until is not null and not m.declared_online
    union all
    select 'presence is what was last told of it', 'mitra', m.id::text,
        format('%s since %s, told was %s', x.is, m.status_changed_at, x.told)
    from data.mitras m
    cross join lateral (
        select
            case when not m.declared_online then 'offline' when m.reachable_until is not null then 'online' else 'unreachable' end as is,
            coalesce(
                (
                    select e.to_status
                    from data.events e
                    where e.entity = 'mitra' and e.to_status is not null and e.at >= v_since and e.at = m.status_changed_at
                        and e.entity_id = m.id
                    order by e.id desc
                    limit 1
                ),
                case when m.status_changed_at = m.created_at then 'offline' end
            ) as told
    ) x
    where x.told is distinct from x.is
        and m.status_changed_at >= v_since;
end
$$;
comment on function logic.audit_presence is 'Mitras who are reachable and may not be, or whose presence differs from their events.';
