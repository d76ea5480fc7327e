create or replace function logic.moved(p_kind text, p_payment_session_id uuid)
returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
    return coalesce((
        select sum(amount) from data.transfers where payment_session_id = p_payment_session_id and kind = p_kind
    ), 0);
end
$$;
comment on function logic.moved is 'How much one kind of transfer moved for a payment session.';
