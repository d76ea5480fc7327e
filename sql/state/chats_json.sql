create or replace function logic.chats_json(p_chats data.chat_sessions[])
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select coalesce(jsonb_agg(logic.chat_json(c) order by c.started_at, c.id), '[]') from unnest(p_chats) c);
end
$$;
comment on function logic.chats_json is 'Chats as their two people see them, oldest first.';
