-- An event as people's sockets get it. The message's text is joined in here, for the two people of its chat alone.
-- An expression over two rows, so that the planner inlines it.
create or replace function logic.event_frame(p_event data.events, p_message data.chat_messages)
returns jsonb
language sql stable security invoker
as $$
    select p_event.body
        || case when p_message.seq is null then '{}' else logic.message_json(p_message) end
        || jsonb_build_object('type', p_event.type, 'id', p_event.id, 'at', p_event.at)
$$;
comment on function logic.event_frame is 'An event as the frame for people; p_message: of a CHAT_MESSAGE, null otherwise.';
