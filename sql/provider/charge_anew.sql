-- The answer that said where to pay was lost, so nobody can have paid. Three times at most.
-- Refuses: too_many_charges.
create or replace function logic.charge_anew(p_payment data.payment_sessions, p_charge data.charges)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if p_payment.status = 'pending' and p_payment.expires_at > logic.now()
        and (logic.newest_charge(p_payment.id)).id = p_charge.id
        and (select count(*) from data.charges where payment_session_id = p_payment.id) < 3
    then
        perform logic.insert_charge(p_payment, p_charge.method, p_charge.amount, 'provider');
    end if;
end
$$;
comment on function logic.charge_anew is 'Begins a charge again whose place to pay was never known.';
