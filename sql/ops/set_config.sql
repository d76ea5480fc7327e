create or replace function ops.set_config(p_key text, p_value text, p_who text)
returns table (key text, value text, version integer, updated_at timestamptz, updated_by text)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_setting data.app_config;
begin
    perform logic.check_who(p_who);
    v_setting := logic.change_setting(p_key, p_value, p_who);
    return query
    select v_setting.key, v_setting.value, v_setting.version, v_setting.updated_at, v_setting.updated_by;
end
$$;
comment on function ops.set_config is 'Changes a setting, at once and everywhere. Refuses who_is_missing, unknown_setting, invalid_setting.';
