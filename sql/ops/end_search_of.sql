-- Locks: the payment session and the search.
create or replace function logic.end_search_of(p_customer_id uuid, p_actor text, p_note text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
begin
    select * into v_payment
    from data.payment_sessions
    where id = (
        select r.payment_session_id from data.pairing_requests r
        where r.customer_id = p_customer_id and r.status = 'searching'
    )
    for update;
    if v_payment.status = 'confirmed' then
        perform logic.fail_whatever_runs(v_payment, 'customer_cancelled', p_actor, p_note);
    end if;
end
$$;
comment on function logic.end_search_of is 'Ends a customer''s running search, if there is one.';
