-- Locks: as logic.lock_chat.
create or replace function ops.end_chat(p_chat_session_id uuid, p_who text, p_note text default null)
returns table (id uuid, status text, end_reason text, ended_at timestamptz)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions;
begin
    perform logic.check_who(p_who);
    perform logic.check_note_length(p_note);
    v_chat := logic.end_chat_by(p_chat_session_id, p_who, p_note);
    return query select v_chat.id, v_chat.status, v_chat.end_reason, v_chat.ended_at;
end
$$;
comment on function ops.end_chat is 'Ends a chat for both people. Refuses who_is_missing, note_too_long, chat_session_not_found.';
