-- The mark only moves forward, and never beyond the last message.
-- Locks: chat.
create or replace function api.mark_read(p_chat_session_id uuid, p_role text, p_person_id uuid, p_seq bigint)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions;
    v_seq bigint;
begin
    perform logic.check_given(jsonb_build_object('p_seq', p_seq));
    select * into v_chat from data.chat_sessions where id = p_chat_session_id for update;
    perform logic.check_chat_member(v_chat, p_role, p_person_id);
    v_seq := least(p_seq, v_chat.last_seq);
    if v_seq > (case p_role when 'customer' then v_chat.customer_read_seq else v_chat.mitra_read_seq end) then
        update data.chat_sessions
        set customer_read_seq = case p_role when 'customer' then v_seq else customer_read_seq end,
            mitra_read_seq = case p_role when 'mitra' then v_seq else mitra_read_seq end
        where id = v_chat.id
        returning * into v_chat;
        perform logic.append_event(
            'CHAT_READ', 'chat_session', v_chat.id, null, null, v_chat.customer_id, array[v_chat.mitra_id],
            p_role || ':' || p_person_id,
            jsonb_build_object('chat_session_id', v_chat.id, 'reader', p_role, 'seq', v_seq)
        );
    end if;
    return jsonb_build_object(
        'chat_session_id', v_chat.id,
        'customer_read_seq', v_chat.customer_read_seq,
        'mitra_read_seq', v_chat.mitra_read_seq
    );
end
$$;
comment on function api.mark_read is
    'One of the two people has read up to p_seq: {chat_session_id, customer_read_seq, mitra_read_seq}. Refuses chat_session_not_found, argument_missing.';
