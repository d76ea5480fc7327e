-- Each message takes the next seq. When the message messages_per_minute places back is older than a minute,
-- both people together are within the limit; that settles nearly every chat.
-- Refuses: chat_full, too_many_messages.
create or replace function logic.check_pace(p_chat data.chat_sessions, p_role text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_most integer := logic.setting_integer('messages_per_minute');
    v_since timestamptz := logic.now() - interval '1 minute';
    v_first timestamptz;
begin
    if p_chat.last_seq >= logic.setting_integer('messages_per_chat') then
        perform logic.refuse(409, 'chat_full', format('This chat has %s messages, and takes no more.', p_chat.last_seq));
    end if;
    if not exists (
        select from data.chat_messages
        where chat_session_id = p_chat.id and seq = p_chat.last_seq - v_most + 1 and sent_at > v_since
    ) then
        return;
    end if;
    select sent_at into v_first
    from data.chat_messages
    where chat_session_id = p_chat.id and sender = p_role and sent_at > v_since
    order by seq desc
    offset v_most - 1 limit 1;
    if found then
        perform logic.refuse(
            429, 'too_many_messages', 'Too many messages in a minute. Wait a little.',
            jsonb_build_object('retry_after', logic.seconds_until(v_first + interval '1 minute'))
        );
    end if;
end
$$;
comment on function logic.check_pace is 'Refuses a message beyond messages_per_minute of one person, or messages_per_chat of both.';
