-- Messages are counted, never read. The day of grace is for a clock that was set back while the chat ran.
create or replace function logic.said_in(p_chat data.chat_sessions)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'customer_messages', count(*) filter (where s.sender = 'customer'),
            'mitra_messages', count(*) filter (where s.sender = 'mitra'),
            'first_reply_at', min(s.sent_at) filter (where s.sender = 'mitra')
        )
        from data.chat_messages s
        where s.chat_session_id = p_chat.id
            and s.sent_at >= p_chat.started_at and s.sent_at < greatest(p_chat.ended_at, p_chat.ends_at) + interval '1 day'
    );
end
$$;
comment on function logic.said_in is
    'How many kept messages each side of a chat sent, and when the mitra sent the first: {customer_messages, mitra_messages, first_reply_at}.';
