-- "Curhat lagi": one mitra whom the customer has chatted with is asked, and has some seconds to answer. A mitra who is
-- unreachable, or full and not in a chat with this customer, is recorded as targeted_mitra_offline and returned as a
-- reason: a refusal would undo the record.
-- Locks: the idempotency key, customer (shared), payment session, search (new), mitra (shared), the customer's chat with them.
create or replace function api.start_returning_request(
    p_customer_id uuid, p_payment_session_id uuid, p_mitra_id uuid, p_idempotency_key text default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_reply jsonb := logic.recall_reply(
        p_customer_id, p_idempotency_key, 'start_returning_request',
        jsonb_build_array(p_payment_session_id, p_mitra_id)
    );
    v_payment data.payment_sessions;
    v_search data.pairing_requests;
begin
    if v_reply is not null then
        return v_reply;
    end if;
    perform logic.hold_customer(p_customer_id);
    v_payment := logic.lock_payment_session(p_payment_session_id, p_customer_id);
    v_search := logic.running_search(v_payment.id);
    if v_search.id is not null then
        v_reply := logic.own_search_json(v_search) || jsonb_build_object('already_running', true);
    else
        perform logic.check_may_search(v_payment);
        perform logic.check_may_return(v_payment, p_mitra_id);
        v_reply := logic.ask_again(v_payment, p_mitra_id);
    end if;
    return logic.keep_reply(p_customer_id, p_idempotency_key, v_reply);
end
$$;
comment on function api.start_returning_request is
    'Asks one mitra again: {id, request_type, status, deadline_at, seconds_left, already_running}, or {reason: "targeted_mitra_offline", …} with the failure recorded. Refuses payment_session_not_found, payment_is_for_extension, payment_session_expired, payment_not_confirmed, payment_session_abandoned, payment_session_consumed, payment_session_failed, targeted_mitra_mismatch, mitra_not_found, mitra_not_known, search_already_running, chat_already_active, extension_pending, idempotency_key_reused, account_blocked, too_many_idempotency_keys.';
