-- Locks: payment session, search.
-- Refuses: request_not_found.
create or replace function logic.lock_search(p_search_id uuid)
returns data.pairing_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_search data.pairing_requests;
begin
    perform from data.payment_sessions p
    where p.id = (select r.payment_session_id from data.pairing_requests r where r.id = p_search_id)
    for update;
    select * into v_search from data.pairing_requests where id = p_search_id for update;
    if not found then
        perform logic.refuse(404, 'request_not_found', 'There is no such request.');
    end if;
    return v_search;
end
$$;
comment on function logic.lock_search is 'A search, locked after its payment session.';
