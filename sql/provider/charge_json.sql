create or replace function logic.charge_json(p_charge data.charges)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'id', p_charge.id,
        'payment_session_id', p_charge.payment_session_id,
        'method', p_charge.method,
        'status', p_charge.status,
        'amount', p_charge.amount,
        'paid_amount', p_charge.paid_amount,
        'qr_string', p_charge.qr_string,
        'account_number', p_charge.account_number,
        'link', p_charge.link,
        'created_at', p_charge.created_at,
        'paid_at', p_charge.paid_at,
        'expires_at', p_charge.expires_at
    )
$$;
comment on function logic.charge_json is 'A charge as its customer sees it.';
