-- docs.midtrans.com/reference/charge-transactions-1, /reference/get-transaction-status, /reference/cancel-transaction
create or replace function logic.midtrans_call(p_charge data.charges, p_action text)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case p_action
        when 'ask' then jsonb_build_object('method', 'GET', 'path', format('/v2/%s/status', p_charge.id))
        when 'cancel' then jsonb_build_object('method', 'POST', 'path', format('/v2/%s/cancel', p_charge.id))
        else jsonb_build_object('method', 'POST', 'path', '/v2/charge', 'body', jsonb_build_object(
            'payment_type', case p_charge.method
                when 'qris' then 'qris' when 'gopay' then 'gopay' else 'bank_transfer'
            end,
            'transaction_details', jsonb_build_object('order_id', p_charge.id, 'gross_amount', p_charge.amount),
            'custom_expiry', jsonb_build_object('expiry_duration', logic.minutes_until(p_charge.expires_at), 'unit', 'minute')
        ) || case p_charge.method
            when 'qris' then jsonb_build_object('qris', jsonb_build_object('acquirer', 'gopay'))
            when 'gopay' then '{}'
            else jsonb_build_object('bank_transfer', jsonb_build_object('bank', p_charge.method))
        end)
    end;
end
$$;
comment on function logic.midtrans_call is 'A call to Midtrans about a charge: {method, path, body}.';
