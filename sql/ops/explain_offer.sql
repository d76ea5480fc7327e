-- Answered from what was recorded at the time: the offer itself, or presence and load when the search began.
create or replace function ops.explain_offer(p_request_id uuid, p_mitra_id uuid)
returns table (at timestamptz, fact text)
language sql stable security definer set search_path = ''
as $$
    with search as (
        select r.*, coalesce(r.closed_at, r.deadline_at) as until from data.pairing_requests r where r.id = p_request_id
    ),
    offers as (
        select * from data.pairing_offers where request_id = p_request_id and mitra_id = p_mitra_id
    )
    select f.at, f.fact
    from (
        select s.created_at as at, format('the %s search began', s.request_type) as fact from search s
        union all
        select o.sent_at, 'it was offered to the mitra' from offers o
        union all
        select o.seen_at, 'the mitra''s app showed it' from offers o where o.seen_at is not null
        union all
        select o.closed_at, format('the offer was %s', replace(o.status, '_', ' ')) from offers o where o.closed_at is not null
        union all
        select s.created_at, logic.why_not_offered(s.id, p_mitra_id) from search s where not exists (select from offers)
        union all
        select p.started_at, format('the mitra was %s', p.presence)
        from search s, logic.presence_spans(p_mitra_id, s.created_at, s.until) p
        union all
        select s.closed_at, format('the search was %s', s.status) from search s where s.closed_at is not null
        union all
        select null, 'there is no such search' where not exists (select from search)
    ) f
    order by f.at nulls last
$$;
comment on function ops.explain_offer is 'Why a mitra did or did not get a search, in order of time.';
