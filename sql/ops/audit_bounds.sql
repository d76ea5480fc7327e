-- By the settings of the time when each began. A lease, a code or a sign-in is renewed, so only its maximum is known.
-- Days have some hours of grace: a session may count them in a zone with summer time.
create or replace function logic.audit_bounds(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with spans as materialized (
        select * from logic.setting_spans()
    ),
    exact (entity, id, began_at, due_at, key, unit) as (
        select 'payment_session', p.id, p.created_at, p.expires_at, 'payment_session_timeout_minutes', interval '1 minute'
        from data.payment_sessions p
        where p.created_at >= p_since or (p.status in ('pending', 'confirmed') and p.expires_at > '-infinity')
        union all
        select 'pairing_request', r.id, r.created_at, r.deadline_at,
            case r.request_type when 'general' then 'pairing_blast_timeout_seconds' else 'returning_chat_confirmation_timeout_seconds' end,
            interval '1 second'
        from data.pairing_requests r
        where r.created_at >= p_since or (r.status = 'searching' and r.deadline_at > '-infinity')
        union all
        select 'extension', e.id, e.requested_at, e.deadline_at, 'extension_timeout_seconds', interval '1 second'
        from data.extensions e
        where e.requested_at >= p_since or (e.status = 'requested' and e.deadline_at > '-infinity')
    ),
    longest as (
        select s.key, max(s.value) as value from spans s where s.until > logic.now() group by s.key
    ),
    renewed (entity, id, due_at, key, unit, grace) as (
        select 'mitra', m.id::text, m.reachable_until, 'presence_ttl_seconds', interval '1 second', interval '1 minute'
        from data.mitras m
        where m.reachable_until is not null
        union all
        select 'mitra', m.id::text, m.offers_due_at, null, interval '0', interval '1 minute' from data.mitras m where m.offers_due_at is not null
        union all
        select 'sign_in', s.id::text, s.expires_at, 'sign_in_lifetime_days', interval '24 hours', interval '3 hours'
        from data.sign_ins s
        where s.expires_at > logic.now() + (
            select l.value * interval '24 hours' from longest l where l.key = 'sign_in_lifetime_days'
        )
        union all
        select 'sign_in', a.name, a.code_expires_at, 'otp_ttl_seconds', interval '1 second', interval '1 minute'
        from data.sign_in_attempts a
        where a.touched_at >= p_since
        union all
        select 'sign_in', a.name, greatest(a.locked_until, a.next_code_at), null, interval '0', interval '1 hour 1 minute'
        from data.sign_in_attempts a
        where a.touched_at >= p_since
    )
    select 'a deadline is as far off as its setting says', e.entity, e.id::text, format('it began at %s and is due at %s', e.began_at, e.due_at)
    from exact e
    where not exists (
        select from spans s
        where s.key = e.key and e.began_at >= s.since and e.began_at < s.until and e.due_at = e.began_at + s.value * e.unit
    )
    union all
    select 'nothing holds longer than its setting allows', r.entity, r.id, format('until %s', r.due_at)
    from renewed r
    left join longest l on l.key = r.key
    where r.due_at > logic.now() + r.grace + coalesce(l.value, 0) * r.unit
    union all
    select 'a running chat is looked at for a warning or its end', 'chat_session', c.id::text, format('at %s, it ends at %s', c.deadline_at, c.ends_at)
    from data.chat_sessions c
    where c.status = 'active' and c.mitra_id >= '00000000-0000-0000-0000-000000000000' and c.deadline_at is not null
        and (c.deadline_at > logic.next_chat_deadline(c.ends_at, logic.now())
            or c.deadline_at not in (c.ends_at - interval '5 minutes', c.ends_at - interval '1 minute', c.ends_at))
        and not exists (
            select from data.extensions e where e.chat_session_id = c.id and e.closed_at = c.deadline_at
        );
end
$$;
comment on function logic.audit_bounds is 'Deadlines that are nearer or farther than their settings allow.';
