-- Refuses: display_name_required, display_name_invalid.
create or replace function logic.clean_display_name(p_display_name text)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_name text := logic.clean_line(p_display_name);
begin
    if not logic.says_something(v_name) then
        perform logic.refuse(400, 'display_name_required', 'Somebody new needs a display_name: how others will call them.');
    elsif logic.seen_length(v_name) > 60 or char_length(v_name) > 240
        or regexp_replace(p_display_name, E'^\\s+|\\s+$', '', 'g') ~ E'[\\u0001-\\u001f\\u007f-\\u009f\\u2028\\u2029]'
    then
        perform logic.refuse(400, 'display_name_invalid', 'A display_name has 60 characters at most, on one line.');
    end if;
    return v_name;
end
$$;
comment on function logic.clean_display_name is 'A display name as it is kept: logic.clean_line, 1 to 60 visible characters.';
