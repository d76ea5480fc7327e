-- Locks: as logic.lock_chat.
create or replace function control_center.end_chat(p_operator_id uuid, p_chat_session_id uuid, p_note text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'operator');
    v_chat data.chat_sessions;
begin
    perform logic.check_note(p_note);
    v_chat := logic.end_chat_by(p_chat_session_id, v_operator.email, p_note);
    return jsonb_build_object(
        'id', v_chat.id, 'status', v_chat.status, 'end_reason', v_chat.end_reason, 'ended_at', v_chat.ended_at
    );
end
$$;
comment on function control_center.end_chat is
    'Ends a chat for both people: {id, status, end_reason, ended_at}. For operators. Refuses operator_unknown, role_not_sufficient, note_is_missing, note_too_long, chat_session_not_found.';
