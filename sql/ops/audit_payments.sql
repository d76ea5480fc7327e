-- A payment's end is looked up once for each, and each rule is one line of the list below.
create or replace function logic.audit_payments(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language sql stable security definer set search_path = ''
as $$
    with ends as (
        select p.id, p.status, p.is_extension, p.charged_at,
            (select count(*) from data.chat_sessions c where c.payment_session_id = p.id) as chats,
            (
                select count(*) from data.extensions e
                where e.payment_session_id = p.id and e.status in ('approved', 'auto_approved')
            ) as extensions,
            (
                select count(*) from data.pairing_failures f
                where f.payment_session_id = p.id and f.superseded_at is null
            ) as failures,
            (
                select count(*) from data.pairing_requests r
                where r.payment_session_id = p.id and r.status = 'searching'
            ) as searches,
            (
                select count(*) from data.extensions e
                where e.payment_session_id = p.id and e.status = 'requested'
            ) as pending,
            (
                select bool_or(f.refund_due) from data.pairing_failures f
                where f.payment_session_id = p.id and f.superseded_at is null
            ) as refund_due
        from data.payment_sessions p
        where p.created_at >= p_since or (p.status in ('pending', 'confirmed') and p.expires_at > '-infinity')
    )
    select broken.invariant, 'payment_session', e.id::text,
        format('%s with %s chats, %s extensions, %s open failures, %s searches', e.status, e.chats, e.extensions, e.failures, e.searches)
    from ends e
    cross join lateral (values
        ('a consumed payment bought one chat or one extension', e.status = 'consumed' and e.chats + e.extensions <> 1),
        ('a first chat is no extension, an extension no chat', (e.is_extension and e.chats > 0) or (not e.is_extension and e.extensions > 0)),
        ('a payment that is not consumed bought nothing', e.status <> 'consumed' and e.chats + e.extensions > 0),
        ('a failed payment has one open failure', e.status = 'failed_pairing' and e.failures <> 1),
        ('only a failed payment has an open failure', e.status <> 'failed_pairing' and e.failures > 0),
        ('only a confirmed payment has a search or a pending extension', e.status <> 'confirmed' and e.searches + e.pending > 0),
        ('a payment has one thing running at most', e.searches + e.pending > 1),
        ('money is due back when it was taken, and only then', e.status = 'failed_pairing' and e.refund_due <> (e.charged_at is not null))
    ) broken (invariant, is_broken)
    where broken.is_broken
$$;
comment on function logic.audit_payments is 'Payments that do not end in exactly one accountable state.';
