-- The deadline of a chat: a warning, or its end. A chat with a pending extension has none.
-- Locks: mitra, chat; neither is waited for.
create or replace function logic.fire_chat(p_chat_session_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions;
begin
    select c.* into v_chat
    from data.chat_sessions c
    join data.mitras m on m.id = c.mitra_id
    where c.id = p_chat_session_id and c.deadline_at <= logic.now()
    for no key update of m, c skip locked;
    if not found then
        return false;
    end if;
    if v_chat.ends_at <= logic.now() then
        perform logic.finish_chat(v_chat, 'time_up', 'deadline');
    else
        perform logic.warn_of_end(v_chat);
    end if;
    return true;
end
$$;
comment on function logic.fire_chat is
    'Fires a chat''s deadline. False when it is not due, or locked; then it is looked at again.';
