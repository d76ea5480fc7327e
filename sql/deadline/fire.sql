create or replace function logic.fire(p_kind text, p_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    return case p_kind
        when 'payment_session' then logic.expire_payment_session(p_id)
        when 'pairing_request' then logic.expire_search(p_id)
        when 'extension' then logic.fire_extension(p_id)
        when 'chat_session' then logic.fire_chat(p_id)
        when 'mitra_lease' then logic.lapse_lease(p_id)
        when 'mitra_offers' then logic.fire_offers_due(p_id)
        when 'offers_owed' then logic.fire_offers_owed(p_id)
    end;
end
$$;
comment on function logic.fire is 'Fires one deadline; false when it is no longer due, or the row is locked.';
