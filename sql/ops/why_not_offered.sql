create or replace function logic.why_not_offered(p_search_id uuid, p_mitra_id uuid)
returns table (code text, detail text, fact text)
language sql stable security definer set search_path = ''
as $$
    select w.code, w.detail, w.fact
    from data.pairing_requests r
    left join data.mitras m on m.id = p_mitra_id
    cross join lateral (
        select count(*) as chats
        from data.chat_sessions c
        where c.mitra_id = p_mitra_id and c.started_at <= r.created_at and coalesce(c.ended_at, 'infinity') > r.created_at
    ) load
    cross join lateral (values
        (1, m.id is null, 'no_such_mitra', null, 'there is no such mitra'),
        (2, r.targeted_mitra_id = m.id, 'not_to_be_had', null, 'it was for this mitra, who was not available when it began'),
        (3, r.targeted_mitra_id is not null, 'for_another_mitra', null, 'it was for another mitra only'),
        (4, not exists (
            select from logic.presence_spans(m.id, r.created_at, coalesce(r.closed_at, r.deadline_at)) s
            where s.presence = 'online'
        ), 'not_in_reach', null, 'it was not offered: the mitra was not reachable while it ran'),
        (5, true, 'had_chats', load.chats::text, format('it was not offered: the mitra had %s chats when it began', load.chats))
    ) w (position, holds, code, detail, fact)
    where r.id = p_search_id and w.holds
    order by w.position
    limit 1
$$;
comment on function logic.why_not_offered is 'Why a search was never offered to a mitra, as a code and as a sentence.';
