create or replace function logic.append_charge_event(p_charge data.charges, p_from_status text, p_actor text)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
begin
    return logic.append_event(
        'CHARGE', 'charge', p_charge.id, p_from_status, p_charge.status, p_charge.customer_id, null, p_actor,
        logic.charge_json(p_charge) - 'id' || jsonb_build_object('charge_id', p_charge.id)
    );
end
$$;
comment on function logic.append_charge_event is 'Tells a customer what to pay and where, and what became of it.';
