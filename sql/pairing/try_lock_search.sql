-- Locks: payment session, search, the customer and mitra of its failure (shared); none is waited for.
create or replace function logic.try_lock_search(p_search_id uuid)
returns data.pairing_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_search data.pairing_requests;
    v_customer_id uuid;
    v_mitra_id uuid;
begin
    select r.customer_id, coalesce(r.targeted_mitra_id, p.targeted_mitra_id) into v_customer_id, v_mitra_id
    from data.pairing_requests r
    join data.payment_sessions p on p.id = r.payment_session_id
    where r.id = p_search_id and r.status = 'searching'
    for update of p, r skip locked;
    if found and logic.try_share_people(v_customer_id, v_mitra_id) then
        select * into v_search from data.pairing_requests where id = p_search_id;
    end if;
    return v_search;
end
$$;
comment on function logic.try_lock_search is 'A running search with its payment session, locked; null when somebody holds them or it is over.';
