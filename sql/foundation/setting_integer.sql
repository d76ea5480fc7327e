create or replace function logic.setting_integer(p_key text)
returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select value::integer from data.app_config where key = p_key);
end
$$;
comment on function logic.setting_integer is 'The present value of a setting, as a number.';
