-- Each payment's end is looked up once, and each rule is one line of the list below.
create or replace function logic.audit_payments(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with ends as (
        select p.id, p.status, p.is_extension, p.charged_at, p.amount, p.confirmed_at, p.consumed_at,
            (select count(*) from data.chat_sessions c where c.payment_session_id = p.id) as chats,
            (select count(*) from data.pairing_failures f where f.payment_session_id = p.id and f.superseded_at is null) as failures,
            (select bool_or(f.refund_due) from data.pairing_failures f where f.payment_session_id = p.id and f.superseded_at is null) as refund_due,
            (select count(*) from data.pairing_requests r where r.payment_session_id = p.id and r.status = 'searching') as searches,
            x.*
        from data.payment_sessions p
        cross join lateral (
            select count(*) filter (where e.status in ('approved', 'auto_approved')) as extensions,
                count(*) filter (where e.status = 'requested') as pending
            from data.extensions e
            where e.payment_session_id = p.id
        ) x
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
        ('money is due back when it was taken, and only then', e.status = 'failed_pairing' and e.refund_due <> (e.charged_at is not null)),
        ('a payment was charged when its state says so', (e.charged_at is not null) <> (
            e.amount > 0 and e.status = any (case when e.is_extension then '{consumed}' else '{confirmed, consumed, failed_pairing}' end::text[])
        )),
        ('what has happened to a row says when', (e.confirmed_at is not null) <> (e.status in ('confirmed', 'consumed', 'failed_pairing'))
            or (e.consumed_at is not null) <> (e.status = 'consumed'))
    ) broken (invariant, is_broken)
    where broken.is_broken;
end
$$;
comment on function logic.audit_payments is 'Payments that do not end in exactly one accountable state.';
