create or replace function logic.audit_searches(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with searches as (
        select r.id, r.status, r.closed_at, p.status as payment, o.*,
            (select count(*) from data.chat_sessions c where c.pairing_request_id = r.id) as chats,
            (select count(*) from data.pairing_failures f where f.pairing_request_id = r.id) as failures
        from data.pairing_requests r
        left join data.payment_sessions p on p.id = r.payment_session_id
        cross join lateral (
            select count(*) filter (where o.status = 'offered') as open,
                count(*) filter (where o.status = 'accepted') as accepted,
                count(*) filter (where (o.status = 'offered') = (o.closed_at is not null)) as wrong
            from data.pairing_offers o
            where o.request_id = r.id
        ) o
        where r.created_at >= p_since or (r.status = 'searching' and r.deadline_at > '-infinity')
    )
    select broken.invariant, 'pairing_request', s.id::text,
        format('%s with %s open and %s accepted offers, %s chats, %s failures, payment %s', s.status, s.open, s.accepted, s.chats, s.failures, s.payment)
    from searches s
    cross join lateral (values
        ('a search that is over has no open offer', s.status <> 'searching' and s.open > 0),
        ('a matched search has one accepted offer and one chat', s.status = 'matched' and (s.accepted <> 1 or s.chats <> 1)),
        ('a search that did not match has neither', s.status <> 'matched' and (s.accepted > 0 or s.chats > 0)),
        ('a search that came to nothing has its failure', (s.status in ('failed', 'cancelled')) <> (s.failures = 1) or s.failures > 1),
        ('a search is where its payment is', (s.status = 'searching' and s.payment is distinct from 'confirmed')
            or (s.status = 'matched' and s.payment is distinct from 'consumed')),
        ('what has happened to a row says when', (s.status = 'searching') = (s.closed_at is not null) or s.wrong > 0)
    ) broken (invariant, is_broken)
    where broken.is_broken;
end
$$;
comment on function logic.audit_searches is 'Searches that contradict their offers, chats and failures.';
