create or replace function logic.message_json(p_message data.chat_messages)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'chat_session_id', p_message.chat_session_id,
        'seq', p_message.seq,
        'sender', p_message.sender,
        'client_message_id', p_message.client_message_id,
        'body', p_message.body,
        'sent_at', p_message.sent_at
    )
$$;
comment on function logic.message_json is 'A message as the two people of its chat see it.';
