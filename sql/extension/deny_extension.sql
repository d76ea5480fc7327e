-- Locks: none of its own; the caller holds payment session, mitra, chat and extension.
create or replace function logic.deny_extension(
    p_extension data.extensions, p_status text, p_cause_tag text, p_actor text
)
returns data.extensions
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.resume_chat(p_extension.chat_session_id, p_extension.requested_at);
    return logic.close_extension(p_extension.id, p_status, p_cause_tag, p_actor);
end
$$;
comment on function logic.deny_extension is 'Denies a locked extension: the chat goes on to its old end, with the warnings that are still to come.';
