-- Refuses: invalid_cursor.
create or replace function logic.cursor_time(p_cursor text)
returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_cursor is null then
        return timestamptz 'infinity';
    end if;
    perform logic.check_cursor(p_cursor);
    return timestamptz 'epoch' + split_part(p_cursor, ',', 1)::bigint * interval '1 microsecond';
end
$$;
comment on function logic.cursor_time is 'The time in a list''s cursor; infinity for the first page.';
