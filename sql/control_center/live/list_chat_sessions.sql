create or replace function control_center.list_chat_sessions(p_operator_id uuid, p_limit integer default null, p_offset integer default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    return jsonb_build_object(
        'server_time', clock_timestamp(),
        'rows', logic.live_chats_json(logic.page_size(p_limit, 50, 200), greatest(p_offset, 0)),
        'total', (select count(*) from data.chat_sessions where status = 'active' and mitra_id >= '00000000-0000-0000-0000-000000000000')
    );
end
$$;
comment on function control_center.list_chat_sessions is
    'Running chats, the nearest end first, never their text: {server_time, rows, total}. For viewers. Refuses operator_unknown.';
