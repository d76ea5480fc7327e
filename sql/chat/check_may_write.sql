-- Refuses: invalid_message, chat_ended.
create or replace function logic.check_may_write(p_chat data.chat_sessions, p_body text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not logic.says_something(p_body) or char_length(p_body) > 4000 then
        perform logic.refuse(400, 'invalid_message', 'A message has 1 to 4000 characters, at least one of them visible.');
    end if;
    perform logic.check_chat_running(p_chat);
end
$$;
comment on function logic.check_may_write is 'Refuses a blank or overlong message, or one to a chat that is over.';
