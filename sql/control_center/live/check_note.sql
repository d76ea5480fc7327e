-- Refuses: note_is_missing.
create or replace function logic.check_note(p_note text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not logic.says_something(p_note) then
        perform logic.refuse(400, 'note_is_missing', 'Say why: it goes into the record.');
    end if;
end
$$;
comment on function logic.check_note is 'Refuses an act of an operator without a note.';
