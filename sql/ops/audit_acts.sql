-- Near the edge of retention an event may be gone, so this checks only the time of which all events are kept.
create or replace function logic.audit_acts(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_since timestamptz := greatest(p_since, logic.kept_since('events', logic.setting_integer('event_retention_days')));
begin
    return query
    with acts (entity, id, told_of, type, since, until, facts, mitra_id) as (
        select 'pairing_failure', f.id, f.id, v.type, v.at, v.at, v.facts, null::uuid
        from data.pairing_failures f
        cross join lateral (values
            (
                case when exists (select from data.extensions x where x.payment_session_id = f.payment_session_id)
                    or (select p.is_extension from data.payment_sessions p where p.id = f.payment_session_id)
                then 'EXTENSION_FAILED' else 'PAIRING_FAILED' end,
                f.created_at, jsonb_build_object('amount', f.amount, 'cause_tag', f.cause_tag, 'refund_due', f.refund_due)
            ),
            ('PAIRING_FAILURE_ACTIONED', f.actioned_at, jsonb_build_object('action', f.operator_action, 'note', f.action_note)),
            ('PAIRING_FAILURE_SUPERSEDED', f.superseded_at, '{}')
        ) v (type, at, facts)
        where f.created_at >= v_since
        union all
        select 'pairing_request', r.id, r.id, v.type, v.at, v.until, '{}', o.mitra_id
        from data.pairing_requests r
        join data.pairing_offers o on o.request_id = r.id
        cross join lateral (values
            ('CHAT_REQUEST', o.sent_at, o.sent_at),
            ('CHAT_REQUEST_SEEN', case when o.seen_at is not null then r.created_at end, o.seen_at),
            ('CHAT_REQUEST_CLOSED', case when o.status in ('declined', 'auto_rejected', 'withdrawn') then r.created_at end, o.closed_at)
        ) v (type, at, until)
        where r.created_at >= v_since
        union all
        select 'chat_session', c.id, c.id, v.type, v.at, v.at, v.facts, c.mitra_id
        from data.chat_sessions c
        cross join lateral (values
            (
                'PAIRED', c.started_at, jsonb_build_object(
                    'payment_session_id', c.payment_session_id, 'request_id', c.pairing_request_id,
                    'chat_session', jsonb_build_object('duration_minutes', c.duration_minutes)
                )
            ),
            ('CHAT_ENDED', c.ended_at, jsonb_build_object('end_reason', c.end_reason, 'last_seq', c.last_seq))
        ) v (type, at, facts)
        where c.started_at >= v_since
        union all
        select 'chat_session', c.id, c.id, 'CHAT_READ', c.started_at, 'infinity', jsonb_build_object('reader', v.reader, 'seq', v.seq), c.mitra_id
        from data.chat_sessions c
        cross join lateral (values ('customer', c.customer_read_seq), ('mitra', c.mitra_read_seq)) v (reader, seq)
        where c.started_at >= v_since and v.seq > 0
        union all
        select 'extension', e.id, e.chat_session_id, 'CHAT_EXTENDED', e.closed_at, e.closed_at, jsonb_build_object('extension_id', e.id), e.mitra_id
        from data.extensions e
        where e.requested_at >= v_since and e.status in ('approved', 'auto_approved')
        union all
        select 'customer', u.id, u.id, 'PERSON_BLOCKED', u.blocked_at, u.blocked_at, '{}', null
        from data.users u
        where u.blocked_at >= v_since
        union all
        select 'mitra', m.id, m.id, 'PERSON_BLOCKED', m.blocked_at, m.blocked_at, '{}', null
        from data.mitras m
        where m.blocked_at >= v_since
    )
    select 'whatever is done is an event', a.entity, a.id::text, format('no %s of %s that says %s', a.type, a.since, a.facts)
    from acts a
    where a.since is not null and not exists (
        select from data.events e
        where e.entity_id = a.told_of and e.type = a.type and e.body @> a.facts
            and e.at >= v_since - interval '10 minutes' and e.at >= a.since - interval '10 minutes' and e.at <= a.until + interval '10 minutes'
            and (a.mitra_id is null or a.mitra_id = any (e.mitra_ids))
    )
    union all
    -- Of failures by scalar subqueries, which are looked up by id: PostgreSQL 18 would hash all of them for "not exists".
    select 'whatever an event tells of was done', e.entity, e.entity_id::text, format('event %s (%s) tells of what is not there', e.id, e.type)
    from data.events e
    where e.at >= v_since and case e.type
        when 'PAIRING_FAILURE_ACTIONED' then (
            select f.id from data.pairing_failures f
            where f.id = e.entity_id and f.operator_action = e.body ->> 'action' and 'operator:' || f.actioned_by = e.actor
        ) is null
        when 'PAIRING_FAILURE_SUPERSEDED' then (
            select f.id from data.pairing_failures f where f.id = e.entity_id and f.superseded_at is not null
        ) is null
        when 'PAIRING_FAILED' then (select f.id from data.pairing_failures f where f.id = e.entity_id) is null
        when 'EXTENSION_FAILED' then (select f.id from data.pairing_failures f where f.id = e.entity_id) is null
        when 'CHAT_MESSAGE' then not exists (
            select from data.chat_sessions c where c.id = e.entity_id and to_jsonb(c.last_seq) >= e.body -> 'seq'
        )
        when 'CHAT_READ' then not exists (
            select from data.chat_sessions c
            where c.id = e.entity_id
                and to_jsonb(case e.body ->> 'reader' when 'customer' then c.customer_read_seq else c.mitra_read_seq end) >= e.body -> 'seq'
        )
        else false
    end;
end
$$;
comment on function logic.audit_acts is 'Acts without their event.';
