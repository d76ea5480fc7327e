create or replace function control_center.get_search(p_operator_id uuid, p_request_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_search data.pairing_requests;
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    select * into v_search from data.pairing_requests where id = p_request_id;
    if not found then
        perform logic.refuse(404, 'request_not_found', 'There is no such request.');
    end if;
    return logic.search_json(v_search, null);
end
$$;
comment on function control_center.get_search is
    'A search, running or over, with all its offers. For viewers. Refuses operator_unknown, request_not_found.';
