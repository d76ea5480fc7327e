create or replace function logic.past_chat_json(p_chat data.chat_sessions)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'id', p_chat.id,
            'payment_session_id', p_chat.payment_session_id,
            'customer_id', p_chat.customer_id,
            'customer_name', u.display_name,
            'mitra_id', p_chat.mitra_id,
            'mitra_name', m.display_name,
            'status', p_chat.status,
            'duration_minutes', p_chat.duration_minutes,
            'started_at', p_chat.started_at,
            'ends_at', p_chat.ends_at,
            'ended_at', p_chat.ended_at,
            'end_reason', p_chat.end_reason,
            'end_note', p_chat.end_note,
            'messages', p_chat.last_seq
        )
        from data.users u
        join data.mitras m on m.id = p_chat.mitra_id
        where u.id = p_chat.customer_id
    );
end
$$;
comment on function logic.past_chat_json is 'A chat, running or over, as operators see it: with how many messages, never what they say.';
