-- Refuses: note_is_missing, note_too_long.
create or replace function logic.check_note(p_note text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not logic.says_something(p_note) then
        perform logic.refuse(400, 'note_is_missing', 'Say why: it goes into the record.');
    end if;
    perform logic.check_note_length(p_note);
end
$$;
comment on function logic.check_note is 'Refuses an act of an operator without a note.';
