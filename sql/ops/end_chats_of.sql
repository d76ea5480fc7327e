-- Locks: as logic.lock_chat; the caller holds a mitra with their extensions, or a customer who begins no search.
create or replace function logic.end_chats_of(p_person_id uuid, p_who text, p_note text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.finish_chat(logic.lock_chat(c.id), 'ended_by_operator', 'operator:' || p_who, p_note)
    from data.chat_sessions c
    where c.status = 'active' and (c.customer_id = p_person_id or c.mitra_id = p_person_id);
end
$$;
comment on function logic.end_chats_of is 'An operator ends the chats that a customer or mitra has running.';
