create or replace function logic.charge_of(p_payment_session_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select logic.charge_json(c) from logic.newest_charge(p_payment_session_id) c where c.id is not null);
end
$$;
comment on function logic.charge_of is 'The newest charge of a payment session; null when there is none.';
