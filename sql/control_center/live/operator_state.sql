-- Bounded, so that it fits one frame; the lists have routes of their own.
create or replace function control_center.operator_state(p_operator_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'viewer');
begin
    return jsonb_build_object(
        'server_time', clock_timestamp(),
        'operator', jsonb_build_object(
            'id', v_operator.id,
            'email', v_operator.email,
            'display_name', v_operator.display_name,
            'role', v_operator.role
        ),
        'counters', logic.counters(),
        'alarms', logic.alarms(),
        'searches', logic.searches_json(50, 0, 20),
        'chats', logic.live_chats_json(200, 0),
        'mitras', logic.mitra_rows(array(
            select m.id from data.mitras m where m.declared_online order by m.display_name, m.id limit 200
        ))
    );
end
$$;
comment on function control_center.operator_state is
    'What is going on now, for the live board: {server_time, operator, counters, alarms, searches, chats, mitras}. For viewers. Refuses operator_unknown.';
