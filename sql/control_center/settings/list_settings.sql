create or replace function control_center.list_settings(p_operator_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    return jsonb_build_object(
        'rows', (select jsonb_agg(to_jsonb(s) order by s.position) from control_center.settings s)
    );
end
$$;
comment on function control_center.list_settings is
    'Every setting with type, bounds and Indonesian labels: {rows}. For viewers. Refuses operator_unknown.';
