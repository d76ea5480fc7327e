-- Locks: the mitra's account; the caller holds the chat and the mitra.
create or replace function logic.close_chat(
    p_chat data.chat_sessions, p_reason text, p_actor text, p_note text default null
)
returns data.chat_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions;
    v_event_id bigint;
begin
    update data.chat_sessions
    set status = 'ended', end_reason = p_reason, ended_at = logic.now(), deadline_at = null, end_note = logic.clean_text(p_note)
    where id = p_chat.id
    returning * into v_chat;
    v_event_id := logic.append_event(
        'CHAT_ENDED', 'chat_session', v_chat.id, 'active', 'ended', v_chat.customer_id, array[v_chat.mitra_id], p_actor,
        jsonb_build_object(
            'chat_session_id', v_chat.id, 'end_reason', p_reason, 'ended_at', v_chat.ended_at, 'last_seq', v_chat.last_seq
        ),
        logic.now()
    );
    perform logic.post_earned(v_chat, v_event_id);
    return v_chat;
end
$$;
comment on function logic.close_chat is 'Marks a locked chat ended, tells both people, and posts what it earned.';
