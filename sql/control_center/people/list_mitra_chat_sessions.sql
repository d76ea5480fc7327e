create or replace function control_center.list_mitra_chat_sessions(
    p_operator_id uuid, p_mitra_id uuid, p_cursor text default null, p_limit integer default null
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    perform logic.find_mitra(p_mitra_id);
    return logic.mitra_history(p_mitra_id, p_cursor, logic.page_size(p_limit, 20, 100));
end
$$;
comment on function control_center.list_mitra_chat_sessions is
    'A mitra''s chats, newest first: {rows, next}. For viewers. Refuses operator_unknown, mitra_not_found, invalid_cursor.';
