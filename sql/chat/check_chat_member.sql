-- Refuses: chat_session_not_found (also when it is another's).
create or replace function logic.check_chat_member(p_chat data.chat_sessions, p_role text, p_user_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if (
        p_user_id = case p_role when 'customer' then p_chat.customer_id when 'mitra' then p_chat.mitra_id end
    ) is not true then
        perform logic.refuse(404, 'chat_session_not_found', 'There is no such chat.');
    end if;
end
$$;
comment on function logic.check_chat_member is 'Refuses anybody but the two people of a chat.';
