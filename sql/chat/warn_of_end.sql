create or replace function logic.warn_of_end(p_chat data.chat_sessions)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_next timestamptz := logic.next_chat_deadline(p_chat.ends_at, logic.now());
begin
    update data.chat_sessions set deadline_at = v_next where id = p_chat.id;
    perform logic.append_event(
        'CHAT_ENDING_SOON', 'chat_session', p_chat.id, null, null, p_chat.customer_id, array[p_chat.mitra_id], 'deadline',
        jsonb_build_object(
            'chat_session_id', p_chat.id,
            'seconds_left', round(extract(epoch from p_chat.ends_at - logic.now())),
            'ends_at', p_chat.ends_at
        ),
        v_next
    );
end
$$;
comment on function logic.warn_of_end is 'Tells both people of a locked chat that it ends soon, and sets its next deadline.';
