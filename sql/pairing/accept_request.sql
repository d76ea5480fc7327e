-- A mitra takes an open offer. The first one wins; the others learn why they lost. Idempotent.
-- Locks: payment session, search, offer, mitra, the customer's running chat with them.
create or replace function api.accept_request(p_request_id uuid, p_mitra_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_offer data.pairing_offers := logic.lock_offer(p_request_id, p_mitra_id);
    v_search data.pairing_requests;
    v_payment data.payment_sessions;
    v_running data.chat_sessions;
    v_chat data.chat_sessions;
begin
    select * into v_search from data.pairing_requests where id = p_request_id;
    if v_offer.status <> 'accepted' then
        select * into v_payment from data.payment_sessions where id = v_search.payment_session_id;
        perform logic.check_offer_open(v_offer, v_search, v_payment);
        v_running := logic.check_may_accept(v_search, p_mitra_id);

        update data.pairing_offers
        set status = 'accepted', closed_at = greatest(logic.now(), sent_at)
        where id = v_offer.id;
        perform logic.close_search(v_search, 'matched', 'taken', 'withdrawn', 'mitra:' || p_mitra_id);
        v_payment := logic.consume_payment_session(v_payment, 'mitra:' || p_mitra_id);
        v_chat := logic.start_chat(v_payment, v_search, p_mitra_id, v_running);
    else
        select * into v_chat from data.chat_sessions where pairing_request_id = p_request_id;
    end if;
    return jsonb_build_object('chat_session', logic.chat_json(v_chat));
end
$$;
comment on function api.accept_request is
    'A mitra takes an open offer: {chat_session}. Refuses request_not_found, offer_not_yours, request_already_taken, request_cancelled, request_expired, request_withdrawn, request_already_declined, mitra_offline, mitra_at_capacity.';
