create or replace function logic.audit_searches(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language sql stable security definer set search_path = ''
as $$
    with searches as (
        select r.id, r.status,
            count(o.id) filter (where o.status = 'offered') as open,
            count(o.id) filter (where o.status = 'accepted') as accepted,
            (select count(*) from data.chat_sessions c where c.pairing_request_id = r.id) as chats
        from data.pairing_requests r
        left join data.pairing_offers o on o.request_id = r.id
        where r.created_at >= p_since or (r.status = 'searching' and r.deadline_at > '-infinity')
        group by r.id
    )
    select broken.invariant, 'pairing_request', s.id::text,
        format('%s with %s open and %s accepted offers, %s chats', s.status, s.open, s.accepted, s.chats)
    from searches s
    cross join lateral (values
        ('a search that is over has no open offer', s.status <> 'searching' and s.open > 0),
        ('a matched search has one accepted offer and one chat', s.status = 'matched' and (s.accepted <> 1 or s.chats <> 1)),
        ('a search that did not match has neither', s.status <> 'matched' and (s.accepted > 0 or s.chats > 0))
    ) broken (invariant, is_broken)
    where broken.is_broken
$$;
comment on function logic.audit_searches is 'Searches that contradict their offers and chats.';
