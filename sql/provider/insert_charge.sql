-- Refuses: too_many_charges.
create or replace function logic.insert_charge(
    p_payment data.payment_sessions, p_method text, p_amount bigint, p_actor text
)
returns data.charges
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_charge data.charges;
begin
    if (select count(*) from data.charges where payment_session_id = p_payment.id) >= 10 then
        perform logic.refuse(429, 'too_many_charges', 'This was tried ten times: choose your minutes anew.');
    end if;
    update data.charges
    set next_call_at = logic.now()
    where payment_session_id = p_payment.id and status in ('created', 'pending');
    insert into data.charges (
        payment_session_id, customer_id, provider, method, amount, created_at, expires_at, next_call_at
    )
    values (
        p_payment.id, p_payment.customer_id, logic.provider(), p_method, p_amount, logic.now(), p_payment.expires_at, logic.now()
    )
    returning * into v_charge;
    perform logic.append_charge_event(v_charge, null, p_actor);
    return v_charge;
end
$$;
comment on function logic.insert_charge is 'A new charge on a locked payment session; those before it are to be cancelled.';
