-- Locks: payment sessions and searches; none is waited for. The caller holds the mitra.
create or replace function logic.withdraw_offers(p_mitra_id uuid, p_returning_too boolean)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_settled boolean := true;
    v_offer record;
    v_search data.pairing_requests;
    v_payment data.payment_sessions;
begin
    for v_offer in
        select o.id, o.request_id
        from data.pairing_offers o
        join data.pairing_requests r on r.id = o.request_id
        where o.mitra_id = p_mitra_id and o.status = 'offered'
            and (p_returning_too or r.request_type = 'general')
        order by o.id
    loop
        v_search := logic.try_lock_search(v_offer.request_id);
        if v_search.id is null then
            v_settled := false;
            continue;
        end if;
        select * into v_payment from data.payment_sessions where id = v_search.payment_session_id;
        perform logic.close_offer(v_offer.id, v_search, 'withdrawn', 'system');
        perform logic.fail_search_if_hopeless(v_search, v_payment, 'system');
    end loop;
    return v_settled;
end
$$;
comment on function logic.withdraw_offers is 'Withdraws a mitra''s open offers; false when one of the searches was locked.';
