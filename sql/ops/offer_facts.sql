-- Answered from records of that time: the offer itself, or presence and load when the search began.
create or replace function logic.offer_facts(p_search_id uuid, p_mitra_id uuid)
returns table (at timestamptz, code text, detail text, fact text)
language sql stable security definer set search_path = ''
as $$
    with search as (
        select r.*, coalesce(r.closed_at, r.deadline_at) as until from data.pairing_requests r where r.id = p_search_id
    ),
    offers as (
        select * from data.pairing_offers where request_id = p_search_id and mitra_id = p_mitra_id
    )
    select f.at, f.code, f.detail, f.fact
    from (
        select s.created_at as at, 'search_began' as code, s.request_type as detail, format('the %s search began', s.request_type) as fact
        from search s
        union all
        select o.sent_at, 'offered', null, 'it was offered to the mitra' from offers o
        union all
        select o.seen_at, 'offer_seen', null, 'the mitra''s app showed it' from offers o where o.seen_at is not null
        union all
        select o.closed_at, 'offer_closed', o.status, format('the offer was %s', replace(o.status, '_', ' '))
        from offers o where o.closed_at is not null
        union all
        select s.created_at, w.code, w.detail, w.fact
        from search s, logic.why_not_offered(s.id, p_mitra_id) w where not exists (select from offers)
        union all
        select p.started_at, 'mitra_was', p.presence, format('the mitra was %s', p.presence)
        from search s, logic.presence_spans(p_mitra_id, s.created_at, s.until) p
        union all
        select s.closed_at, 'search_closed', s.status, format('the search was %s', s.status) from search s where s.closed_at is not null
        union all
        select null, 'no_such_search', null, 'there is no such search' where not exists (select from search)
    ) f
    order by f.at nulls last
$$;
comment on function logic.offer_facts is 'Why a mitra did or did not get a search, in order of time, as codes and as sentences.';
