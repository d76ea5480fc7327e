-- docs.xendit.co/apidocs/get-payment-request: only an answer about this very reference counts.
create or replace function logic.xendit_word(p_charge data.charges, p_action text, p_status integer, p_body jsonb)
returns data.provider_word
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_word data.provider_word;
begin
    v_word.state := case
        when p_body ->> 'reference_id' is distinct from p_charge.id::text then case
            when p_status = 404 then 'absent'
            when p_action = 'create' and p_status between 400 and 499 and p_status not in (401, 403, 408, 409, 429) then 'denied'
        end
        when p_status not between 200 and 299 then null
        when p_body ->> 'status' in ('ACCEPTING_PAYMENTS', 'REQUIRES_ACTION', 'AUTHORIZED') then 'pending'
        when p_body ->> 'status' = 'SUCCEEDED' then 'paid'
        when p_body ->> 'status' = 'FAILED' then 'denied'
        when p_body ->> 'status' in ('CANCELED', 'CANCELLED') then 'cancelled'
        when p_body ->> 'status' = 'EXPIRED' then 'expired'
    end;
    v_word.paid_amount := coalesce(
        (
            select sum((c.value ->> 'capture_amount')::numeric)
            from jsonb_path_query(p_body, '$.captures[*]') c (value)
            where c.value ->> 'capture_amount' ~ '^[0-9]{1,15}(\.0+)?$'
        ),
        case when p_body ->> 'request_amount' ~ '^[0-9]{1,15}(\.0+)?$' then (p_body ->> 'request_amount')::numeric end
    );
    v_word.reference := p_body ->> 'payment_request_id';
    v_word.qr_string := jsonb_path_query_first(p_body, '$.actions[*] ? (@.descriptor == "QR_STRING").value') #>> '{}';
    v_word.account_number := jsonb_path_query_first(p_body, '$.actions[*] ? (@.descriptor == "VIRTUAL_ACCOUNT_NUMBER").value') #>> '{}';
    v_word.link := jsonb_path_query_first(p_body, '$.actions[*] ? (@.descriptor == "DEEPLINK_URL" || @.descriptor == "WEB_URL").value') #>> '{}';
    return v_word;
end
$$;
comment on function logic.xendit_word is 'What Xendit''s answer about a charge comes to; state null: nothing that can be relied on.';
