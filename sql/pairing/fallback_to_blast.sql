-- "Chat dengan bestie lain": reopens the same payment, supersedes its failure and starts a blast. Idempotent.
-- Locks: the idempotency key, customer (shared), payment session, search (new), mitras (shared).
create or replace function api.fallback_to_blast(
    p_customer_id uuid, p_payment_session_id uuid, p_idempotency_key text default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_reply jsonb := logic.recall_reply(
        p_customer_id, p_idempotency_key, 'fallback_to_blast', to_jsonb(p_payment_session_id)
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
    v_running := v_search.request_type = 'general';
    if v_running is not true then
        v_payment := logic.reopen_payment_session(v_payment);
        v_search := logic.start_blast(v_payment);
    end if;
    return logic.keep_reply(
        p_customer_id, p_idempotency_key,
        logic.own_search_json(v_search) || jsonb_build_object('already_running', coalesce(v_running, false))
    );
end
$$;
comment on function api.fallback_to_blast is
    'After a returning search failed: the same payment goes to a blast, without a new charge. Reply as start_general_request. Refuses payment_session_not_found, payment_session_expired, payment_session_consumed, payment_not_confirmed, payment_session_abandoned, payment_already_confirmed, fallback_not_offered, failure_already_actioned, free_trial_already_used, search_already_running, chat_already_active, idempotency_key_reused, account_blocked, too_many_idempotency_keys.';
