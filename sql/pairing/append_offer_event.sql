create or replace function logic.append_offer_event(p_search data.pairing_requests, p_mitra_ids uuid[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if cardinality(p_mitra_ids) > 0 then
        perform logic.append_event(
            'CHAT_REQUEST', 'pairing_request', p_search.id, null, null, p_search.customer_id, p_mitra_ids,
            'customer:' || p_search.customer_id, logic.offer_json(p_search)
        );
    end if;
end
$$;
comment on function logic.append_offer_event is 'Tells mitras that a search is offered to them; nothing when there are none.';
