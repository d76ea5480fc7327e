-- While an extension is pending the chat has no deadline, and goes on beyond ends_at.
-- Refuses: chat_ended.
create or replace function logic.check_chat_running(p_chat data.chat_sessions)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_chat.status = 'ended' or (p_chat.ends_at <= logic.now() and p_chat.deadline_at is not null) then
        perform logic.refuse(409, 'chat_ended', 'This chat is over.');
    end if;
end
$$;
comment on function logic.check_chat_running is 'Refuses a chat that has ended, or whose time is up though its end has not been fired yet.';
