-- Locks: mitra or customer.
create or replace function ops.unblock_person(p_person_id uuid, p_who text, p_note text default null)
returns table (id uuid, audience text, display_name text, blocked_at timestamptz)
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.check_who(p_who);
    perform logic.check_note_length(p_note);
    perform logic.set_blocked(p_person_id, null, p_who, p_note);
    return query select * from logic.blockable(p_person_id);
end
$$;
comment on function ops.unblock_person is 'Lets a customer or mitra sign in again. Refuses who_is_missing, note_too_long, person_not_found.';
