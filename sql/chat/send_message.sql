-- The chat's row lock gives each message its seq. The same client_message_id gives the same message.
-- Locks: chat.
create or replace function api.send_message(
    p_chat_session_id uuid, p_role text, p_person_id uuid, p_client_message_id uuid, p_body text
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions;
    v_message data.chat_messages;
    v_body text := logic.clean_text(p_body);
begin
    perform logic.check_given(jsonb_build_object('p_client_message_id', p_client_message_id));
    select * into v_chat from data.chat_sessions where id = p_chat_session_id for update;
    perform logic.check_chat_member(v_chat, p_role, p_person_id);
    select * into v_message
    from data.chat_messages
    where chat_session_id = v_chat.id and client_message_id = p_client_message_id and sender = p_role
        and sent_at >= v_chat.started_at;
    if not found then
        perform logic.check_may_write(v_chat, v_body);
        perform logic.check_pace(v_chat, p_role);
        v_message := logic.insert_message(v_chat, p_role, p_person_id, p_client_message_id, v_body);
    end if;
    return logic.message_json(v_message);
end
$$;
comment on function api.send_message is
    'One of the two people says something: {chat_session_id, seq, sender, client_message_id, body, sent_at}. p_role: customer or mitra. 1 to 4000 characters, kept as logic.clean_text gives them. Refuses chat_session_not_found, invalid_message, chat_ended, chat_full, too_many_messages, argument_missing.';
