create or replace function control_center.list_searches(p_operator_id uuid, p_limit integer default null, p_offset integer default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    return jsonb_build_object(
        'server_time', clock_timestamp(),
        'rows', logic.searches_json(logic.page_size(p_limit, 50, 200), greatest(p_offset, 0), 50),
        'total', (select count(*) from data.pairing_requests where status = 'searching' and deadline_at > '-infinity')
    );
end
$$;
comment on function control_center.list_searches is
    'Running searches, the nearest deadline first, each with its first 50 offers: {server_time, rows, total}. For viewers. Refuses operator_unknown.';
