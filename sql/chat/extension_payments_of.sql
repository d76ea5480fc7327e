create or replace function logic.extension_payments_of(p_mitra_id uuid)
returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
begin
    return array(
        select logic.pending_extension_payment(c.id)
        from data.chat_sessions c
        where c.mitra_id = p_mitra_id and c.status = 'active' and logic.pending_extension_payment(c.id) is not null
    );
end
$$;
comment on function logic.extension_payments_of is 'The payments of the extensions that wait for a mitra''s answer.';
