create or replace function logic.running_search(p_payment_session_id uuid)
returns data.pairing_requests
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_search data.pairing_requests;
begin
    select r.* into v_search
    from data.pairing_requests r
    where r.payment_session_id = p_payment_session_id and r.status = 'searching';
    return v_search;
end
$$;
comment on function logic.running_search is 'The running search of a payment session; null when there is none.';
