-- Refuses: invalid_email.
create or replace function logic.normal_email(p_email text)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_email text := lower(coalesce(logic.clean_line(p_email), ''));
begin
    if v_email !~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$' or char_length(v_email) > 254 then
        perform logic.refuse(400, 'invalid_email', 'An e-mail address is written like ratna@example.com.');
    end if;
    return v_email;
end
$$;
comment on function logic.normal_email is 'An e-mail address in lower case, as it is compared.';
