-- Their sockets are closed and their access tokens refused at once. A mitra goes offline; a customer's search
-- ends as if cancelled. Their chats end for both people, as with ops.end_chat: nobody waits for a person
-- who cannot answer. No chat begins meanwhile, since a search waits for the customer and an accept for the mitra.
-- Locks: payment sessions of a mitra's pending extensions, mitra or customer, payment session and search, as
-- logic.lock_chat for each chat, every sign-in of theirs.
create or replace function ops.block_person(p_person_id uuid, p_who text, p_note text default null)
returns table (id uuid, audience text, display_name text, blocked_at timestamptz)
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.check_who(p_who);
    perform logic.check_note_length(p_note);
    if exists (select from data.mitras m where m.id = p_person_id) then
        perform logic.set_presence(logic.lock_mitra_with_extensions(p_person_id), false, null, 'operator:' || p_who, p_note);
    end if;
    perform logic.set_blocked(p_person_id, logic.now(), p_who, p_note);
    perform logic.end_search_of(p_person_id, 'operator:' || p_who, p_note);
    perform logic.end_chats_of(p_person_id, p_who, p_note);
    perform logic.end_sign_ins_of(p_person_id, 'barred', 'operator:' || p_who);
    return query select * from logic.blockable(p_person_id);
end
$$;
comment on function ops.block_person is
    'Signs a customer or mitra out everywhere, at once, and bars them; a mitra goes offline, a customer''s search ends, and running chats end for both (ended_by_operator). Refuses who_is_missing, note_too_long, person_not_found.';
