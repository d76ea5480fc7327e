create or replace function logic.charge_of(p_payment_session_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select logic.charge_json(c)
        from data.charges c
        where c.payment_session_id = p_payment_session_id
        order by c.created_at desc, c.id desc
        limit 1
    );
end
$$;
comment on function logic.charge_of is 'The newest charge of a payment session; null when there is none.';
