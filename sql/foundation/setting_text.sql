create or replace function logic.setting_text(p_key text)
returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select value from data.app_config where key = p_key);
end
$$;
comment on function logic.setting_text is 'The present value of a setting, as text.';
