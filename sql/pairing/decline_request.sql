-- A mitra declines. The last one to do so fails the search. Idempotent.
-- Locks: payment session, search, offer.
create or replace function api.decline_request(p_request_id uuid, p_mitra_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_offer data.pairing_offers := logic.lock_offer(p_request_id, p_mitra_id);
    v_search data.pairing_requests;
    v_payment data.payment_sessions;
begin
    if v_offer.status <> 'declined' then
        select * into v_search from data.pairing_requests where id = p_request_id;
        select * into v_payment from data.payment_sessions where id = v_search.payment_session_id;
        perform logic.check_offer_open(v_offer, v_search, v_payment);
        perform logic.close_offer(v_offer.id, v_search, 'declined', 'mitra:' || p_mitra_id);
        perform logic.fail_search_if_hopeless(v_search, v_payment, 'mitra:' || p_mitra_id);
    end if;
    return jsonb_build_object('request_id', p_request_id, 'status', 'declined');
end
$$;
comment on function api.decline_request is
    'A mitra says no: {request_id, status: "declined"}. Refuses request_not_found, offer_not_yours, request_already_taken, request_cancelled, request_expired, request_withdrawn.';
