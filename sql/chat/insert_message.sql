-- sent_at is never before the chat began, even when the server's clock was set back: the beginning chooses the months
-- in which the chat's messages are looked up. Their order is that of seq, whatever the clock says.
create or replace function logic.insert_message(
    p_chat data.chat_sessions, p_role text, p_user_id uuid, p_client_message_id uuid, p_body text
)
returns data.chat_messages
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_sent_at timestamptz := greatest(logic.now(), p_chat.started_at);
    v_message data.chat_messages;
begin
    update data.chat_sessions set last_seq = last_seq + 1 where id = p_chat.id;
    insert into data.chat_messages (chat_session_id, seq, sender, client_message_id, body, sent_at)
    values (p_chat.id, p_chat.last_seq + 1, p_role, p_client_message_id, p_body, v_sent_at)
    returning * into v_message;
    perform logic.append_event(
        'CHAT_MESSAGE', 'chat_session', p_chat.id, null, null, p_chat.customer_id, array[p_chat.mitra_id],
        p_role || ':' || p_user_id, jsonb_build_object('chat_session_id', p_chat.id, 'seq', v_message.seq), null, v_sent_at
    );
    return v_message;
end
$$;
comment on function logic.insert_message is 'Adds a message to a locked chat. Its event holds chat and seq, never the text.';
