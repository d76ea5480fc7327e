-- The customer gives up the search, or the confirmed payment before any search. Idempotent.
-- Locks: payment session, search.
create or replace function api.cancel_request(p_customer_id uuid, p_payment_session_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions := logic.lock_payment_session(p_payment_session_id, p_customer_id);
    v_search data.pairing_requests := logic.running_search(v_payment.id);
    v_actor text := 'customer:' || p_customer_id;
begin
    if v_search.id is null and v_payment.status = 'failed_pairing' and exists (
        select from data.pairing_failures
        where payment_session_id = v_payment.id and superseded_at is null and cause_tag = 'customer_cancelled'
    ) then
        return jsonb_build_object('status', 'cancelled', 'payment_session_id', v_payment.id);
    end if;
    perform logic.check_may_search(v_payment);
    if v_search.id is not null then
        perform logic.close_search(v_search, 'cancelled', 'cancelled', 'withdrawn', v_actor);
    end if;
    perform logic.fail_payment_session(v_payment, 'customer_cancelled', v_actor, v_search);
    return jsonb_build_object('status', 'cancelled', 'payment_session_id', v_payment.id);
end
$$;
comment on function api.cancel_request is
    'The customer gives up: {status: "cancelled"}; the payment fails with customer_cancelled. Refuses payment_session_not_found, payment_is_for_extension, payment_session_expired, payment_not_confirmed, payment_session_abandoned, payment_session_consumed, payment_session_failed.';
