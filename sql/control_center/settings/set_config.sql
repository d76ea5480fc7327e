-- p_version: change it only while it has this version; null: whatever it has.
-- Locks: the setting; for the capacity, the blasts' advisory lock (shared).
create or replace function control_center.set_config(
    p_operator_id uuid, p_key text, p_value text, p_version integer default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'admin');
begin
    if p_version is not null then
        perform logic.check_version(p_key, p_version);
    end if;
    perform logic.change_setting(p_key, p_value, v_operator.email);
    return (select to_jsonb(s) from control_center.settings s where s.key = p_key);
end
$$;
comment on function control_center.set_config is
    'Changes a setting, at once and everywhere: the setting. For admins. Refuses operator_unknown, role_not_sufficient, unknown_setting, setting_changed_meanwhile, invalid_setting.';
