create or replace function logic.audit_people(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'people are the same along a chain', 'pairing_request', r.id::text, format('customer %s, payment %s', r.customer_id, r.payment_session_id)
    from data.pairing_requests r
    left join data.payment_sessions p on p.id = r.payment_session_id
    where r.created_at >= p_since
        and (p.customer_id is distinct from r.customer_id or (r.request_type = 'returning' and p.targeted_mitra_id <> r.targeted_mitra_id))
    union all
    select 'people are the same along a chain', 'chat_session', c.id::text,
        format('customer %s with mitra %s, payment %s, search %s', c.customer_id, c.mitra_id, c.payment_session_id, c.pairing_request_id)
    from data.chat_sessions c
    left join data.payment_sessions p on p.id = c.payment_session_id
    left join data.pairing_requests r on r.id = c.pairing_request_id
    where (c.started_at >= p_since or (c.status = 'active' and c.mitra_id >= '00000000-0000-0000-0000-000000000000')) and (
        p.customer_id is distinct from c.customer_id
        or r.customer_id is distinct from c.customer_id
        or r.payment_session_id is distinct from c.payment_session_id
        or r.targeted_mitra_id <> c.mitra_id
        or not exists (select from data.pairing_offers o where o.request_id = r.id and o.mitra_id = c.mitra_id and o.status = 'accepted')
    )
    union all
    select 'people are the same along a chain', 'extension', e.id::text,
        format('customer %s with mitra %s, payment %s, chat %s', e.customer_id, e.mitra_id, e.payment_session_id, e.chat_session_id)
    from data.extensions e
    left join data.payment_sessions p on p.id = e.payment_session_id
    left join data.chat_sessions c on c.id = e.chat_session_id
    where e.requested_at >= p_since and (
        p.customer_id is distinct from e.customer_id
        or (c.customer_id, c.mitra_id) is distinct from (e.customer_id, e.mitra_id)
    )
    union all
    select 'people are the same along a chain', 'pairing_failure', f.id::text,
        format('customer %s, mitra %s, payment %s, search %s', f.customer_id, f.targeted_mitra_id, f.payment_session_id, f.pairing_request_id)
    from data.pairing_failures f
    left join data.payment_sessions p on p.id = f.payment_session_id
    left join data.pairing_requests r on r.id = f.pairing_request_id
    left join data.extensions e on e.payment_session_id = f.payment_session_id
    where f.created_at >= p_since and (
        p.customer_id is distinct from f.customer_id
        or (f.pairing_request_id is not null and r.payment_session_id is distinct from f.payment_session_id)
        or f.targeted_mitra_id is distinct from coalesce(r.targeted_mitra_id, p.targeted_mitra_id, e.mitra_id)
    );
end
$$;
comment on function logic.audit_people is 'Searches, chats, extensions and failures that name other people than the rows they belong to.';
