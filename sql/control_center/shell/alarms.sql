-- Findings of ops.audit() come from its last run; ops.health() says when that was.
create or replace function logic.alarms()
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(to_jsonb(a) - 'position' order by a.position, a.since, a.item, a.entity_id), '[]')
        from (
            select 1 as position, 'nobody_online' as kind, null as item, format('%s people search and no mitra is reachable', s.searching) as detail,
                null as entity, null as entity_id, s.since
            from (
                select count(*) as searching, min(created_at) as since
                from data.pairing_requests
                where status = 'searching' and deadline_at > '-infinity'
            ) s
            where s.searching > 0 and not exists (select from data.mitras where reachable_until > logic.now())
            union all
            select 2, 'health', h.item, h.detail, null, null, null
            from ops.health() h
            where not h.ok
            union all
            (
                select 3, 'audit', f.invariant, f.detail, f.entity, f.entity_id, f.first_found_at
                from data.audit_findings f
                order by f.first_found_at
                limit 50
            )
        ) a
    );
end
$$;
comment on function logic.alarms is
    'What an operator must know: nobody online while people search, findings of ops.health() and ops.audit(): [{kind, item, detail, entity, entity_id, since}].';
