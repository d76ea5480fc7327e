-- The mitra's app has shown the offer. Only the first time counts; an offer that is over stays as it is.
-- Locks: search (shared, so that a caller that must not wait for the offer finds the search locked), offer.
create or replace function api.mark_offer_seen(p_request_id uuid, p_mitra_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_customer_id uuid;
begin
    select r.customer_id into v_customer_id from data.pairing_requests r where r.id = p_request_id for key share;
    if not found then
        perform logic.refuse(404, 'request_not_found', 'There is no such request.');
    end if;
    update data.pairing_offers
    set seen_at = greatest(logic.now(), sent_at)
    where request_id = p_request_id and mitra_id = p_mitra_id and status = 'offered' and seen_at is null;
    if found then
        perform logic.append_event(
            'CHAT_REQUEST_SEEN', 'pairing_request', p_request_id, null, null, v_customer_id, array[p_mitra_id],
            'mitra:' || p_mitra_id, jsonb_build_object('request_id', p_request_id, 'mitra_id', p_mitra_id)
        );
    elsif not exists (
        select from data.pairing_offers where request_id = p_request_id and mitra_id = p_mitra_id
    ) then
        perform logic.refuse(403, 'offer_not_yours', 'This request was not offered to you.');
    end if;
    return jsonb_build_object('request_id', p_request_id, 'seen', true);
end
$$;
comment on function api.mark_offer_seen is
    'The mitra''s app has shown the offer: {request_id, seen}. Refuses request_not_found, offer_not_yours.';
