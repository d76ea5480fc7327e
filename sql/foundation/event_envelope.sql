-- What the relay publishes: whose sockets, the frame for people, the frame for the control center. A message's text
-- is joined in for the two people of its chat alone. An expression over three rows, so that the planner inlines it.
create or replace function logic.event_envelope(
    p_event data.events, p_to_customer boolean, p_to_mitra boolean, p_message data.chat_messages
)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'id', p_event.id,
        'customer_id', case when p_to_customer then p_event.customer_id end,
        'mitra_ids', case when p_to_mitra then p_event.mitra_ids else '{}' end,
        'frame', p_event.body
            || case when p_message.seq is null then '{}' else logic.message_json(p_message) end
            || jsonb_build_object('type', p_event.type, 'id', p_event.id, 'at', p_event.at),
        'internal', logic.event_json(p_event)
    )
$$;
comment on function logic.event_envelope is
    'An event as {id, customer_id, mitra_ids, frame, internal}; p_to_customer and p_to_mitra: whose sockets hear its type; p_message: of a CHAT_MESSAGE, null otherwise.';
