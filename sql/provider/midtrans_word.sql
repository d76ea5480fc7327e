-- Only an answer about this very order counts. A capture that Midtrans still checks for fraud is not paid yet.
-- docs.midtrans.com/docs/transaction-status-cycle, /docs/get-status-api-requests, /reference/qris, /reference/bank-transfer
create or replace function logic.midtrans_word(p_charge data.charges, p_action text, p_status integer, p_body jsonb)
returns data.provider_word
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_code integer := case when p_body ->> 'status_code' ~ '^[0-9]{3}$' then (p_body ->> 'status_code')::integer else p_status end;
    v_word data.provider_word;
begin
    v_word.state := case
        when p_body ->> 'order_id' is distinct from p_charge.id::text then case
            when v_code = 404 then 'absent'
            when p_action = 'create' and v_code between 400 and 499 and v_code not in (401, 406, 408, 429) then 'denied'
        end
        when p_body ->> 'transaction_status' in ('settlement', 'capture') then case
            when v_code = 200 and coalesce(p_body ->> 'fraud_status', 'accept') = 'accept' then 'paid' else 'pending'
        end
        when p_body ->> 'transaction_status' in ('pending', 'authorize') then 'pending'
        when p_body ->> 'transaction_status' in ('deny', 'failure') then 'denied'
        when p_body ->> 'transaction_status' = 'cancel' then 'cancelled'
        when p_body ->> 'transaction_status' = 'expire' then 'expired'
        when p_body ->> 'transaction_status' = 'partial_refund' then 'partly_refunded'
        when p_body ->> 'transaction_status' = 'refund' then 'refunded'
        when p_body ->> 'transaction_status' in ('chargeback', 'partial_chargeback') then 'charged_back'
    end;
    v_word.paid_amount := case when p_body ->> 'gross_amount' ~ '^[0-9]{1,15}(\.0+)?$' then (p_body ->> 'gross_amount')::numeric end;
    v_word.reference := p_body ->> 'transaction_id';
    v_word.qr_string := p_body ->> 'qr_string';
    v_word.account_number := coalesce(p_body #>> '{va_numbers,0,va_number}', p_body ->> 'permata_va_number');
    v_word.link := jsonb_path_query_first(p_body, '$.actions[*] ? (@.name == "deeplink-redirect").url') #>> '{}';
    return v_word;
end
$$;
comment on function logic.midtrans_word is 'What Midtrans'' answer about a charge comes to; state null: nothing that can be relied on.';
