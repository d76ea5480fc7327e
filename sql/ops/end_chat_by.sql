-- Locks: as logic.lock_chat.
-- Refuses: chat_session_not_found.
create or replace function logic.end_chat_by(p_chat_session_id uuid, p_who text, p_note text)
returns data.chat_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions := logic.lock_chat(p_chat_session_id);
begin
    if v_chat.id is null then
        perform logic.refuse(404, 'chat_session_not_found', 'There is no such chat.');
    end if;
    return logic.finish_chat(v_chat, 'ended_by_operator', 'operator:' || p_who, p_note);
end
$$;
comment on function logic.end_chat_by is 'An operator ends a chat for both people.';
