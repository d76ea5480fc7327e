-- Refuses: invalid_setting.
create or replace function logic.check_setting(p_setting data.app_config, p_value text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_facts jsonb := jsonb_build_object(
        'value_type', p_setting.value_type,
        'minimum', p_setting.minimum,
        'maximum', p_setting.maximum,
        'options', p_setting.options
    );
begin
    if p_value is null then
        perform logic.refuse(400, 'invalid_setting', format('%s needs a value.', p_setting.key), v_facts);
    elsif p_setting.value_type = 'enum' and p_value <> all (p_setting.options) then
        perform logic.refuse(400, 'invalid_setting', format(
            '%s is one of: %s.', p_setting.key, array_to_string(p_setting.options, ', ')
        ), v_facts);
    elsif p_setting.value_type = 'prefixes' and p_value !~ '^[1-9][0-9]{0,6}(,[1-9][0-9]{0,6}){0,99}$' then
        perform logic.refuse(400, 'invalid_setting', format(
            '%s is a list of country codes, such as 62,65,60.', p_setting.key
        ), v_facts);
    elsif p_setting.value_type = 'integer' and not (
        case when p_value ~ '^(0|-?[1-9][0-9]{0,8})$' then p_value::integer between p_setting.minimum and p_setting.maximum
        else false end
    ) then
        perform logic.refuse(400, 'invalid_setting', format(
            '%s is a whole number from %s to %s.', p_setting.key, p_setting.minimum, p_setting.maximum
        ), v_facts);
    end if;
end
$$;
comment on function logic.check_setting is 'Refuses a value that does not fit the setting''s type, bounds or options.';
