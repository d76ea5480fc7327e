-- Refuses: invalid_cursor.
create or replace function logic.check_cursor(p_cursor text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_cursor !~ '^[0-9]{1,17},[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        perform logic.refuse(400, 'invalid_cursor', 'The cursor is not one that a list gave out.');
    end if;
end
$$;
comment on function logic.check_cursor is 'Refuses a cursor that no list gave out.';
