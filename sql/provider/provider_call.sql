create or replace function logic.provider_call(p_charge data.charges, p_action text)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case p_charge.provider
        when 'midtrans' then logic.midtrans_call(p_charge, p_action)
        when 'xendit' then logic.xendit_call(p_charge, p_action)
    end;
end
$$;
comment on function logic.provider_call is 'A call to a charge''s provider: {method, path, headers, body}.';
