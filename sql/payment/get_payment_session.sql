create or replace function api.get_payment_session(p_payment_session_id uuid, p_customer_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
begin
    select * into v_payment
    from data.payment_sessions
    where id = p_payment_session_id and customer_id = p_customer_id;
    if not found then
        perform logic.refuse(404, 'payment_session_not_found', 'There is no such payment session.');
    end if;
    return logic.payment_session_json(v_payment);
end
$$;
comment on function api.get_payment_session is 'A customer''s own payment session, whole. Refuses payment_session_not_found.';
