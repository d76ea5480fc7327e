-- Locks: payment sessions and searches; none is waited for. The caller holds the mitra.
create or replace function logic.offer_running_searches(p_mitra_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_settled boolean := true;
    v_search_id uuid;
    v_search data.pairing_requests;
begin
    for v_search_id in
        select r.id
        from data.pairing_requests r
        join data.payment_sessions p on p.id = r.payment_session_id and p.expires_at > logic.now()
        where r.status = 'searching' and r.request_type = 'general' and r.deadline_at > logic.now()
            and not exists (
                select from data.pairing_offers o
                where o.request_id = r.id and o.mitra_id = p_mitra_id and o.status in ('offered', 'declined')
            )
        order by r.created_at, r.id
    loop
        v_search := logic.try_lock_search(v_search_id);
        if v_search.id is null then
            v_settled := false;
            continue;
        end if;
        insert into data.pairing_offers (request_id, mitra_id, sent_at)
        values (v_search.id, p_mitra_id, logic.now());
        perform logic.append_offer_event(v_search, array[p_mitra_id]);
    end loop;
    return v_settled;
end
$$;
comment on function logic.offer_running_searches is
    'Offers a free mitra every running general search that they do not have; false when one of them was locked.';
