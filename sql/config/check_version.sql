-- The setting's lock decides between two concurrent changes.
-- Locks: the setting.
-- Refuses: unknown_setting, setting_changed_meanwhile.
create or replace function logic.check_version(p_key text, p_version integer)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_setting data.app_config;
begin
    select * into v_setting from data.app_config where key = p_key for update;
    if not found then
        perform logic.refuse(404, 'unknown_setting', format('There is no setting "%s".', p_key));
    elsif v_setting.version <> p_version then
        perform logic.refuse(409, 'setting_changed_meanwhile', format(
            '%s has changed %s to %s meanwhile.', v_setting.updated_by, p_key, v_setting.value
        ), jsonb_build_object(
            'value', v_setting.value,
            'version', v_setting.version,
            'updated_by', v_setting.updated_by,
            'updated_at', v_setting.updated_at
        ));
    end if;
end
$$;
comment on function logic.check_version is 'Refuses a change of a setting that somebody else has changed since.';
