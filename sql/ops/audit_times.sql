-- A time is when its transaction began, which may then have waited for another: ten minutes are tolerated.
create or replace function logic.audit_times(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with told (entity, id, earlier, later, what) as (
        select 'payment_session', p.id, v.earlier, v.later, v.what
        from data.payment_sessions p
        cross join lateral (values
            (p.created_at, p.confirmed_at, 'confirmed'),
            (p.confirmed_at, p.charged_at, 'charged'),
            (p.confirmed_at, p.consumed_at, 'consumed'),
            (p.charged_at, coalesce(p.consumed_at, p.charged_at), 'consumed'),
            (p.confirmed_at, p.expires_at, 'expired')
        ) v (earlier, later, what)
        where p.created_at >= p_since
        union all
        select 'pairing_request', r.id, r.created_at, r.closed_at, 'closed' from data.pairing_requests r where r.created_at >= p_since
        union all
        select 'pairing_request', r.id, v.earlier, v.later, v.what
        from data.pairing_requests r
        join data.pairing_offers o on o.request_id = r.id
        cross join lateral (values
            (r.created_at, o.sent_at, 'offered'), (o.sent_at, o.seen_at, 'seen'), (o.sent_at, o.closed_at, 'answered'),
            (o.sent_at, r.closed_at, 'closed'), (o.closed_at, r.closed_at, 'closed')
        ) v (earlier, later, what)
        where r.created_at >= p_since
        union all
        select 'chat_session', c.id, v.earlier, v.later, v.what
        from data.chat_sessions c
        left join data.pairing_requests r on r.id = c.pairing_request_id
        left join data.payment_sessions p on p.id = c.payment_session_id
        cross join lateral (values
            (r.closed_at, c.started_at, 'begun'), (c.started_at, r.closed_at, 'paired'), (p.consumed_at, c.started_at, 'begun'),
            (c.started_at, p.consumed_at, 'consumed'), (c.started_at, c.ended_at, 'ended'),
            (case when c.end_reason = 'time_up' then c.ends_at end, c.ended_at, 'ended in time')
        ) v (earlier, later, what)
        where c.started_at >= p_since
        union all
        select 'extension', e.id, v.earlier, v.later, v.what
        from data.extensions e
        left join data.chat_sessions c on c.id = e.chat_session_id
        cross join lateral (values
            (c.started_at, e.requested_at, 'asked for'), (e.requested_at, e.closed_at, 'answered'), (e.closed_at, c.ended_at, 'followed by the end')
        ) v (earlier, later, what)
        where e.requested_at >= p_since
        union all
        select 'pairing_failure', f.id, v.earlier, v.later, v.what
        from data.pairing_failures f
        left join data.payment_sessions p on p.id = f.payment_session_id
        cross join lateral (values
            (p.confirmed_at, f.created_at, 'failed'), (f.created_at, f.actioned_at, 'decided'), (f.created_at, f.superseded_at, 'superseded')
        ) v (earlier, later, what)
        where f.created_at >= p_since
    )
    select 'things happen one after the other', t.entity, t.id::text, format('it was %s at %s, before %s', t.what, t.later, t.earlier)
    from told t
    where t.later < t.earlier - interval '10 minutes'
    union all
    select 'nothing has happened in the future', t.entity, t.id::text, format('it was %s at %s', t.what, t.later)
    from told t
    where t.later > logic.now() + interval '10 minutes' and t.what <> 'expired';
end
$$;
comment on function logic.audit_times is 'Rows whose times are in an impossible order.';
