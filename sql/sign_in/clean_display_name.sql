-- Refuses: display_name_required, display_name_invalid.
create or replace function logic.clean_display_name(p_display_name text)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_name text := regexp_replace(coalesce(p_display_name, ''), '^[[:space:]]+|[[:space:]]+$', '', 'g');
begin
    if v_name = '' then
        perform logic.refuse(400, 'display_name_required', 'Somebody new needs a display_name: how others will call them.');
    elsif char_length(v_name) > 60 or v_name ~ '[[:cntrl:]]' then
        perform logic.refuse(400, 'display_name_invalid', 'A display_name has 60 characters at most, on one line.');
    end if;
    return v_name;
end
$$;
comment on function logic.clean_display_name is 'A display name without the spaces round it.';
