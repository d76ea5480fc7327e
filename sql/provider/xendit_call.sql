-- docs.xendit.co/apidocs/create-payment-request, /get-payment-request, /cancel-payment-request
create or replace function logic.xendit_call(p_charge data.charges, p_action text)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return jsonb_build_object('headers', jsonb_build_object('api-version', '2024-11-11')) || case p_action
        when 'ask' then jsonb_build_object('method', 'GET', 'path', '/v3/payment_requests/' || p_charge.reference)
        when 'cancel' then jsonb_build_object(
            'method', 'POST', 'path', format('/v3/payment_requests/%s/cancel', p_charge.reference)
        )
        else jsonb_build_object('method', 'POST', 'path', '/v3/payment_requests', 'body', jsonb_build_object(
            'reference_id', p_charge.id,
            'type', 'PAY',
            'country', 'ID',
            'currency', 'IDR',
            'request_amount', p_charge.amount,
            'channel_code', case p_charge.method
                when 'qris' then 'QRIS' when 'gopay' then 'GOPAY' else upper(p_charge.method) || '_VIRTUAL_ACCOUNT'
            end,
            'channel_properties', jsonb_build_object(
                'expires_at', to_char(p_charge.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            )
        ))
    end;
end
$$;
comment on function logic.xendit_call is 'A call to Xendit about a charge: {method, path, headers, body}.';
