-- Locks: extension. The caller holds the pending extension's payment session, mitra and chat.
create or replace function logic.finish_chat(
    p_chat data.chat_sessions, p_reason text, p_actor text, p_note text default null
)
returns data.chat_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension_id uuid;
begin
    if p_chat.status = 'ended' then
        return p_chat;
    end if;
    select id into v_extension_id
    from data.extensions
    where chat_session_id = p_chat.id and status = 'requested';
    if found then
        perform logic.close_extension(
            v_extension_id, 'withdrawn',
            case p_reason when 'ended_by_mitra' then 'targeted_mitra_rejected' else 'customer_cancelled' end,
            p_actor
        );
    end if;
    perform logic.free_mitra(p_chat.mitra_id);
    return logic.close_chat(p_chat, p_reason, p_actor, p_note);
end
$$;
comment on function logic.finish_chat is 'Ends a locked chat and withdraws its pending extension, whose payment fails uncharged.';
