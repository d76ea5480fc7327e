-- Refuses: note_too_long.
create or replace function logic.check_note_length(p_note text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if char_length(p_note) > 1000 then
        perform logic.refuse(400, 'note_too_long', 'A note has 1000 characters at most.');
    end if;
end
$$;
comment on function logic.check_note_length is 'Refuses a note that is too long for the record.';
