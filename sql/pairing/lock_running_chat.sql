-- Locks: chat session.
create or replace function logic.lock_running_chat(p_customer_id uuid, p_mitra_id uuid)
returns data.chat_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions;
begin
    select c.* into v_chat
    from data.chat_sessions c
    where c.customer_id = p_customer_id and c.mitra_id = p_mitra_id and c.status = 'active'
    for update;
    return v_chat;
end
$$;
comment on function logic.lock_running_chat is 'The running chat between the two, locked; null when there is none.';
