-- Refuses: chat_session_not_found.
create or replace function logic.find_chat(p_chat_session_id uuid, p_role text, p_user_id uuid)
returns data.chat_sessions
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions;
begin
    select * into v_chat from data.chat_sessions where id = p_chat_session_id;
    perform logic.check_chat_member(v_chat, p_role, p_user_id);
    return v_chat;
end
$$;
comment on function logic.find_chat is 'A chat of one of its two people.';
