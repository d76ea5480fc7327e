create or replace function logic.resume_chat(p_chat_session_id uuid, p_since timestamptz, p_more interval default '0')
returns data.chat_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions;
begin
    select * into v_chat from data.chat_sessions where id = p_chat_session_id;
    if p_more > interval '0' then
        v_chat.ends_at := greatest(v_chat.ends_at, logic.now()) + p_more;
    end if;
    update data.chat_sessions
    set ends_at = v_chat.ends_at, deadline_at = greatest(logic.next_chat_deadline(v_chat.ends_at, p_since), logic.now())
    where id = v_chat.id and status = 'active'
    returning * into v_chat;
    return v_chat;
end
$$;
comment on function logic.resume_chat is
    'Gives a locked chat its own deadline again after an extension was answered, with more time or without. p_since: from when on its warnings are still to come.';
