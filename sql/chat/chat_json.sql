create or replace function logic.chat_json(p_chat data.chat_sessions)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'id', p_chat.id,
        'status', p_chat.status,
        'payment_session_id', p_chat.payment_session_id,
        'request_id', p_chat.pairing_request_id,
        'customer', logic.customer_json(p_chat.customer_id),
        'mitra', logic.mitra_json(p_chat.mitra_id),
        'duration_minutes', p_chat.duration_minutes,
        'started_at', p_chat.started_at,
        'ends_at', p_chat.ends_at,
        'ended_at', p_chat.ended_at,
        'end_reason', p_chat.end_reason,
        'last_seq', p_chat.last_seq,
        'customer_read_seq', p_chat.customer_read_seq,
        'mitra_read_seq', p_chat.mitra_read_seq
    )
$$;
comment on function logic.chat_json is 'A chat as its two people see it.';
