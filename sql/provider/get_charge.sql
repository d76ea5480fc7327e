create or replace function api.get_charge(p_payment_session_id uuid, p_customer_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not exists (select from data.payment_sessions where id = p_payment_session_id and customer_id = p_customer_id) then
        perform logic.refuse(404, 'payment_session_not_found', 'There is no such payment session.');
    end if;
    return jsonb_build_object('provider', logic.provider(), 'charge', logic.charge_of(p_payment_session_id));
end
$$;
comment on function api.get_charge is
    'How a payment session is paid: {provider, charge}; charge: the newest, with where to pay, or null. provider: pretend, or who takes the money. Refuses payment_session_not_found.';
