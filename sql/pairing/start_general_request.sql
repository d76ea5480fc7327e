-- A confirmed payment starts a blast. The same payment again gives the running search.
-- Locks: the idempotency key, customer (shared), payment session, search (new), mitras (shared).
create or replace function api.start_general_request(
    p_customer_id uuid, p_payment_session_id uuid, p_idempotency_key text default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_reply jsonb := logic.recall_reply(
        p_customer_id, p_idempotency_key, 'start_general_request', to_jsonb(p_payment_session_id)
    );
    v_payment data.payment_sessions;
    v_search data.pairing_requests;
    v_running boolean;
begin
    if v_reply is not null then
        return v_reply;
    end if;
    perform logic.hold_customer(p_customer_id);
    v_payment := logic.lock_payment_session(p_payment_session_id, p_customer_id);
    v_search := logic.running_search(v_payment.id);
    v_running := v_search.id is not null;
    if not v_running then
        perform logic.check_may_search(v_payment);
        v_search := logic.start_blast(v_payment);
    end if;
    return logic.keep_reply(
        p_customer_id, p_idempotency_key,
        logic.own_search_json(v_search) || jsonb_build_object('already_running', v_running)
    );
end
$$;
comment on function api.start_general_request is
    'A confirmed payment starts a blast to all available mitras: {id, request_type, status, deadline_at, seconds_left, already_running}. Refuses payment_session_not_found, payment_is_for_extension, payment_session_expired, payment_not_confirmed, payment_session_abandoned, payment_session_consumed, payment_session_failed, search_already_running, chat_already_active, idempotency_key_reused, account_blocked, too_many_idempotency_keys.';
