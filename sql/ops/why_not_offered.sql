create or replace function logic.why_not_offered(p_request_id uuid, p_mitra_id uuid)
returns text
language sql stable security definer set search_path = ''
as $$
    select case
        when m.id is null then 'there is no such mitra'
        when r.targeted_mitra_id = m.id then 'it was for this mitra, who could not be had when it began'
        when r.targeted_mitra_id is not null then 'it was for another mitra only'
        when not exists (
            select from logic.presence_spans(m.id, r.created_at, coalesce(r.closed_at, r.deadline_at)) s
            where s.presence = 'online'
        ) then 'it was not offered: the mitra was not in reach while it ran'
        else format('it was not offered: the mitra had %s chats when it began', (
            select count(*) from data.chat_sessions c
            where c.mitra_id = m.id and c.started_at <= r.created_at and coalesce(c.ended_at, 'infinity') > r.created_at
        ))
    end
    from data.pairing_requests r
    left join data.mitras m on m.id = p_mitra_id
    where r.id = p_request_id
$$;
comment on function logic.why_not_offered is 'The reason why a search was never offered to a mitra.';
