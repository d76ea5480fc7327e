create or replace function logic.newest_charge(p_payment_session_id uuid)
returns data.charges
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_charge data.charges;
begin
    select c.* into v_charge
    from data.charges c
    where c.payment_session_id = p_payment_session_id
    order by c.created_at desc, c.id desc
    limit 1;
    return v_charge;
end
$$;
comment on function logic.newest_charge is 'The newest charge of a payment session, which replaces those before it; null when there is none.';
