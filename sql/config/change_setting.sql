-- Windows that open from now on use the new value. A new capacity also applies to open offers: mitras are owed a look,
-- and then have running searches offered or offers withdrawn. No mitra is locked, since an operator may leave the
-- transaction open. A mitra who comes online before it commits goes by the old capacity and is not seen from here. A
-- blast has the same problem, so this takes the blasts' lock too.
-- Locks: the setting; for the capacity, the blasts' advisory lock (shared).
-- Refuses: unknown_setting, invalid_setting.
create or replace function logic.change_setting(p_key text, p_value text, p_who text)
returns data.app_config
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_setting data.app_config;
    v_old text;
begin
    select * into v_setting from data.app_config where key = p_key for update;
    if not found then
        perform logic.refuse(404, 'unknown_setting', format('There is no setting "%s".', p_key));
    end if;
    perform logic.check_setting(v_setting, p_value);
    if v_setting.value = p_value then
        return v_setting;
    end if;

    v_old := v_setting.value;
    update data.app_config
    set value = p_value, version = version + 1, updated_at = logic.now(), updated_by = p_who
    where key = p_key
    returning * into v_setting;
    insert into data.app_config_history (key, version, value, changed_at, changed_by)
    values (v_setting.key, v_setting.version, v_setting.value, v_setting.updated_at, v_setting.updated_by);

    if p_key = 'max_customers_per_mitra' then
        perform logic.begin_blast();
        perform logic.owe_offers(array(select id from data.mitras where reachable_until is not null));
    end if;
    perform logic.append_event(
        'CONFIG_CHANGED', 'setting', null, null, null, null, null, 'operator:' || p_who,
        jsonb_build_object('key', p_key, 'value', p_value, 'old_value', v_old, 'version', v_setting.version)
    );
    perform pg_notify('curhat_config', p_key);
    return v_setting;
end
$$;
comment on function logic.change_setting is 'Sets a setting; the same value again changes nothing.';
