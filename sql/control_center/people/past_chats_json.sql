create or replace function logic.past_chats_json(p_chats data.chat_sessions[])
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(logic.past_chat_json(c) order by c.started_at desc, c.id desc), '[]') from unnest(p_chats) c
    );
end
$$;
comment on function logic.past_chats_json is 'Chats, running or over, as operators see them, newest first.';
