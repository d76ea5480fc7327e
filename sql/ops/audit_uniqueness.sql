-- An index may be missing, or may have been rebuilt over broken rows.
create or replace function logic.audit_uniqueness(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with found (entity, id, named, is_of) as (
        select 'chat_session', c.id::text, 'customer', c.customer_id::text
        from data.chat_sessions c
        where c.status = 'active' and c.customer_id >= '00000000-0000-0000-0000-000000000000'
        union all
        select 'pairing_request', r.id::text, 'customer', r.customer_id::text
        from data.pairing_requests r
        where r.status = 'searching' and r.customer_id >= '00000000-0000-0000-0000-000000000000'
        union all
        select 'pairing_offer', o.id::text, 'search and mitra', o.request_id || ' ' || o.mitra_id
        from data.pairing_offers o
        where o.status = 'offered' and o.mitra_id >= '00000000-0000-0000-0000-000000000000'
        union all
        select 'extension', e.id::text, 'chat', e.chat_session_id::text
        from data.extensions e
        where e.status = 'requested' and e.deadline_at > '-infinity'
        union all
        select 'payment_session', p.id::text, case when p.is_extension then 'customer''s extension' else 'customer' end, p.customer_id::text
        from data.payment_sessions p
        where p.status = 'pending' and p.expires_at > '-infinity'
        union all
        select 'operator', u.id::text, 'address', lower(u.email) from data.cc_users u
    )
    select 'there is one at a time', f.entity, f.id, format('the %s %s has %s', f.named, f.is_of, f.n)
    from (select x.*, count(*) over (partition by x.entity, x.named, x.is_of) as n from found x) f
    where f.n > 1
    union all
    select 'there is one free trial for each customer', 'payment_session', p.id::text, format('customer %s has another', p.customer_id)
    from data.payment_sessions p
    where p.created_at >= p_since and p.is_free_trial and p.status in ('confirmed', 'consumed') and exists (
        select from data.payment_sessions o
        where o.customer_id = p.customer_id and o.id <> p.id and o.is_free_trial and o.status in ('confirmed', 'consumed')
    )
    union all
    select 'a phone number is one person''s', 'customer', u.id::text, format('customer %s has it too', o.id)
    from data.users u
    join data.users o on o.phone = u.phone and o.id <> u.id
    where u.created_at >= p_since
    union all
    select 'a phone number is one person''s', 'mitra', m.id::text, format('mitra %s has it too', o.id)
    from data.mitras m
    join data.mitras o on o.phone = m.phone and o.id <> m.id
    where m.created_at >= p_since;
end
$$;
comment on function logic.audit_uniqueness is 'Duplicates that unique indexes forbid, found without them.';
