-- Nothing here reads the history: figures come from roll-ups, and the reply says when those were computed.
create or replace function control_center.get_dashboard(p_operator_id uuid, p_days integer default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_last date := logic.day_of(logic.now());
    v_first date := v_last + 1 - logic.page_size(p_days, 30, 366);
    v_days jsonb;
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    v_days := logic.dashboard_days(v_first, v_last);
    return jsonb_build_object(
        'server_time', clock_timestamp(),
        'timezone', 'Asia/Jakarta',
        'computed_at', (select max(k.computed_at) from control_center.daily_kpis k where k.day >= v_first),
        'counters', logic.counters(),
        'alarms', logic.alarms(),
        'totals', logic.dashboard_totals(v_days),
        'days', v_days,
        'hours', logic.dashboard_hours(logic.now() - interval '49 hours'),
        'hours_of_day', logic.hours_of_day(v_first, v_last)
    );
end
$$;
comment on function control_center.get_dashboard is
    'The dashboard over some days, today the last: {server_time, timezone, computed_at, counters, alarms, totals, days, hours, hours_of_day}. For viewers. Refuses operator_unknown.';
