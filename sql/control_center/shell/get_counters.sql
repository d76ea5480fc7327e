-- Every screen shows it and asks again and again, so it reads nothing else.
create or replace function control_center.get_counters(p_operator_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    return jsonb_build_object(
        'server_time', clock_timestamp(),
        'counters', logic.counters(),
        'alarms', logic.alarms()
    );
end
$$;
comment on function control_center.get_counters is
    'How much is going on now, and the alarms: {server_time, counters, alarms}. For viewers. Refuses operator_unknown.';
