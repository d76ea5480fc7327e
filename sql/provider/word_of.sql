create or replace function logic.word_of(p_charge data.charges, p_action text, p_status integer, p_body text)
returns data.provider_word
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_body jsonb := logic.json_told(p_body);
begin
    return case p_charge.provider
        when 'midtrans' then logic.midtrans_word(p_charge, p_action, p_status, v_body)
        when 'xendit' then logic.xendit_word(p_charge, p_action, p_status, v_body)
    end;
end
$$;
comment on function logic.word_of is 'What a provider''s answer about a charge comes to.';
