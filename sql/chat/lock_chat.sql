-- Locks everything that ending a chat touches, in the global order. The payment of a pending extension comes first. If
-- the extension changed between the look and the locks, all are released and taken again.
-- Locks: the pending extension's payment session, mitra, chat.
create or replace function logic.lock_chat(p_chat_session_id uuid)
returns data.chat_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment_session_id uuid;
    v_chat data.chat_sessions;
    v_locked boolean := false;
begin
    while not v_locked loop
        begin
            v_payment_session_id := logic.pending_extension_payment(p_chat_session_id);
            perform from data.payment_sessions where id = v_payment_session_id for update;
            perform from data.mitras m
            where m.id = (select c.mitra_id from data.chat_sessions c where c.id = p_chat_session_id)
            for no key update;
            select * into v_chat from data.chat_sessions where id = p_chat_session_id for update;
            v_locked := logic.pending_extension_payment(p_chat_session_id) is not distinct from v_payment_session_id;
            if not v_locked then
                raise sqlstate 'CU001' using message = 'the chat''s extension changed';
            end if;
        exception when sqlstate 'CU001' then
            null;
        end;
    end loop;
    return v_chat;
end
$$;
comment on function logic.lock_chat is 'A chat, locked for its end with its mitra and its pending extension''s payment.';
