-- One of the two people ends the chat. A pending extension is withdrawn uncharged. Idempotent.
-- Locks: the pending extension's payment session, mitra, chat, extension.
create or replace function api.end_chat(p_chat_session_id uuid, p_role text, p_person_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions := logic.lock_chat(p_chat_session_id);
begin
    perform logic.check_chat_member(v_chat, p_role, p_person_id);
    v_chat := logic.finish_chat(v_chat, 'ended_by_' || p_role, p_role || ':' || p_person_id);
    return logic.chat_json(v_chat);
end
$$;
comment on function api.end_chat is
    'One of the two people ends the chat: the chat as it is then. Refuses chat_session_not_found.';
