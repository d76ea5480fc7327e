create or replace function logic.lost_chats(p_chats data.chat_sessions[])
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(c.id order by c.id), '[]')
        from unnest(p_chats) c
        join data.mitras m on m.id = c.mitra_id
        where logic.presence_of(m) <> 'online'
    );
end
$$;
comment on function logic.lost_chats is 'Of these chats, the ids of those whose mitra is unreachable.';
