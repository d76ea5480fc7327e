-- Refuses: invalid_cursor.
create or replace function logic.cursor_id(p_cursor text)
returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_cursor is null then
        return uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    end if;
    perform logic.check_cursor(p_cursor);
    return split_part(p_cursor, ',', 2)::uuid;
end
$$;
comment on function logic.cursor_id is 'The id in a list''s cursor; the highest for the first page.';
