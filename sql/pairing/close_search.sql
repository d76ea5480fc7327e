-- The end of a search: its open offers are closed, and every mitra who had one is told why.
-- Locks: its offers. The caller holds payment session and search.
create or replace function logic.close_search(
    p_search data.pairing_requests, p_status text, p_reason text, p_offer_status text, p_actor text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_mitra_ids uuid[];
begin
    with closed as (
        update data.pairing_offers
        set status = p_offer_status, closed_at = greatest(logic.now(), sent_at)
        where request_id = p_search.id and status = 'offered'
        returning mitra_id
    )
    select array_agg(mitra_id) into v_mitra_ids from closed;

    update data.pairing_requests set status = p_status, closed_at = logic.now() where id = p_search.id;
    perform logic.append_event(
        'CHAT_REQUEST_CLOSED', 'pairing_request', p_search.id, 'searching', p_status, p_search.customer_id,
        v_mitra_ids, p_actor, jsonb_build_object('request_id', p_search.id, 'reason', p_reason)
    );
end
$$;
comment on function logic.close_search is
    'Closes a locked search. p_reason is what mitras are told: taken, cancelled, expired, withdrawn or declined.';
