-- Ends one mitra's offer while the search goes on. The caller holds payment session and search.
-- Locks: offer.
create or replace function logic.close_offer(
    p_offer_id bigint, p_search data.pairing_requests, p_status text, p_actor text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_mitra_id uuid;
begin
    update data.pairing_offers
    set status = p_status, closed_at = greatest(logic.now(), sent_at)
    where id = p_offer_id and status = 'offered'
    returning mitra_id into v_mitra_id;
    if found then
        perform logic.append_event(
            'CHAT_REQUEST_CLOSED', 'pairing_request', p_search.id, null, null, p_search.customer_id,
            array[v_mitra_id], p_actor, jsonb_build_object('request_id', p_search.id, 'reason', p_status)
        );
    end if;
end
$$;
comment on function logic.close_offer is 'Closes one offer as declined or withdrawn, and tells its mitra''s devices.';
