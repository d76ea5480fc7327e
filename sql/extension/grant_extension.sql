-- Charged at approval; the end moves on from the later of now and the old end.
-- Locks: none of its own; the caller holds payment session, mitra, chat and extension.
create or replace function logic.grant_extension(p_extension data.extensions, p_status text, p_actor text)
returns data.extensions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension data.extensions;
    v_payment data.payment_sessions;
    v_chat data.chat_sessions;
begin
    update data.extensions set status = p_status, closed_at = logic.now() where id = p_extension.id
    returning * into v_extension;
    select * into v_payment from data.payment_sessions where id = v_extension.payment_session_id;
    perform logic.consume_payment_session(v_payment, p_actor);
    v_chat := logic.resume_chat(
        v_extension.chat_session_id, logic.now(), make_interval(mins => v_extension.duration_minutes)
    );

    perform logic.append_extension_event(
        v_extension, 'EXTENSION_APPROVED', p_actor, jsonb_build_object('auto', p_status = 'auto_approved')
    );
    perform logic.append_event(
        'CHAT_EXTENDED', 'chat_session', v_chat.id, null, null, v_chat.customer_id, array[v_chat.mitra_id], p_actor,
        jsonb_build_object(
            'chat_session_id', v_chat.id,
            'extension_id', v_extension.id,
            'duration_minutes', v_extension.duration_minutes,
            'ends_at', v_chat.ends_at
        ),
        v_chat.deadline_at
    );
    return v_extension;
end
$$;
comment on function logic.grant_extension is 'Approves a locked extension (approved or auto_approved): charged, consumed, the chat goes on.';
