-- The mitra's latest offer of a search.
-- Locks: payment session, search, offer.
-- Refuses: request_not_found, offer_not_yours.
create or replace function logic.lock_offer(p_search_id uuid, p_mitra_id uuid)
returns data.pairing_offers
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_offer data.pairing_offers;
begin
    perform logic.lock_search(p_search_id);
    select * into v_offer
    from data.pairing_offers
    where request_id = p_search_id and mitra_id = p_mitra_id
    order by id desc
    limit 1
    for update;
    if not found then
        perform logic.refuse(403, 'offer_not_yours', 'This request was not offered to you.');
    end if;
    return v_offer;
end
$$;
comment on function logic.lock_offer is 'A mitra''s own offer of a search, locked after payment session and search.';
