-- Refuses: invalid_cursor.
create or replace function logic.cursor_number(p_cursor text)
returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_cursor is null then
        return 9223372036854775807;
    elsif p_cursor !~ '^[0-9]{1,18}$' then
        perform logic.refuse(400, 'invalid_cursor', 'The cursor is not one that a list gave out.');
    end if;
    return p_cursor::bigint;
end
$$;
comment on function logic.cursor_number is 'The number in the cursor of a list that is ordered by one; the highest for the first page.';
