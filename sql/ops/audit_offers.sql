-- A mitra whose offers are due to be brought in line is left out: that is a deadline.
create or replace function logic.audit_offers()
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with open_offers as (
        select o.id, r.request_type, m as mitra, logic.presence_of(m) as presence, logic.active_chats(m.id) as chats
        from data.pairing_offers o
        join data.pairing_requests r on r.id = o.request_id
        join data.mitras m on m.id = o.mitra_id
        where o.status = 'offered' and o.mitra_id >= '00000000-0000-0000-0000-000000000000' and m.offers_due_at is null
            and not exists (select from data.offers_owed w where w.mitra_id = m.id)
    ),
    free as (
        select m.id
        from data.mitras m
        where m.reachable_until > logic.now() and m.offers_due_at is null
            and not exists (select from data.offers_owed w where w.mitra_id = m.id)
            and m.status_changed_at < logic.now() - interval '5 seconds'
            and logic.active_chats(m.id) < logic.setting_integer('max_customers_per_mitra')
    )
    select 'an offer is open only to a mitra in reach', 'pairing_offer', o.id::text,
        format('mitra %s is %s', (o.mitra).id, o.presence)
    from open_offers o
    where (o.mitra).reachable_until is null and (o.mitra).status_changed_at < logic.now() - interval '5 seconds'
    union all
    select 'an offer is open only to who is not blocked', 'pairing_offer', o.id::text, format('mitra %s', (o.mitra).id)
    from open_offers o
    where (o.mitra).blocked_at is not null
    union all
    select 'an offer of a blast is open only to a mitra with room', 'pairing_offer', o.id::text,
        format('mitra %s has %s chats', (o.mitra).id, o.chats)
    from open_offers o
    where o.request_type = 'general' and o.chats >= logic.setting_integer('max_customers_per_mitra')
    union all
    select 'a blast that runs is offered to every free mitra in reach', 'pairing_request', r.id::text,
        format('%s were not asked, mitra %s among them', count(*), min(f.id::text))
    from data.pairing_requests r
    join data.payment_sessions p on p.id = r.payment_session_id
    cross join free f
    where r.status = 'searching' and r.deadline_at > logic.now() and r.request_type = 'general'
        and p.expires_at > logic.now() and r.created_at < logic.now() - interval '5 seconds'
        and not exists (
            select from data.pairing_offers o
            where o.request_id = r.id and o.mitra_id = f.id and o.status in ('offered', 'declined')
        )
    group by r.id;
end
$$;
comment on function logic.audit_offers is 'Offers that do not follow the mitras'' presence and load.';
