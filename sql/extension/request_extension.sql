-- The customer asks for more minutes. The chat does not end while the answer is pending. The same payment again gives
-- the same extension.
-- Locks: the idempotency key, payment session, mitra (shared), chat.
create or replace function api.request_extension(
    p_chat_session_id uuid,
    p_customer_id uuid,
    p_extension_payment_session_id uuid,
    p_idempotency_key text default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_reply jsonb := logic.recall_reply(
        p_customer_id, p_idempotency_key, 'request_extension',
        jsonb_build_array(p_chat_session_id, p_extension_payment_session_id)
    );
    v_payment data.payment_sessions;
    v_chat data.chat_sessions;
    v_extension data.extensions;
begin
    if v_reply is not null then
        return v_reply;
    end if;
    v_payment := logic.lock_payment_session(p_extension_payment_session_id, p_customer_id);
    perform from data.mitras m
    where m.id = (select c.mitra_id from data.chat_sessions c where c.id = p_chat_session_id)
    for key share;
    select * into v_chat from data.chat_sessions where id = p_chat_session_id for update;
    perform logic.check_chat_member(v_chat, 'customer', p_customer_id);
    select * into v_extension from data.extensions where payment_session_id = v_payment.id and status = 'requested';
    if v_extension.id is null or v_extension.chat_session_id <> v_chat.id then
        perform logic.check_may_extend(v_payment, v_chat);
        v_extension := logic.insert_extension(v_payment, v_chat);
    end if;
    return logic.keep_reply(p_customer_id, p_idempotency_key, logic.extension_json(v_extension));
end
$$;
comment on function api.request_extension is
    'The customer asks for more minutes in a running chat, with a confirmed extension payment: the extension, requested. Refuses payment_session_not_found, payment_not_for_extension, free_trial_not_for_extension, payment_session_expired, payment_not_confirmed, payment_session_abandoned, payment_session_consumed, payment_session_failed, chat_session_not_found, chat_ended, extension_already_pending, search_already_running, idempotency_key_reused, too_many_idempotency_keys.';
