create or replace function logic.chats_of_payment(p_payment_session_id uuid)
returns data.chat_sessions[]
language plpgsql stable security definer set search_path = ''
as $$
begin
    return array(
        select c from data.chat_sessions c where c.payment_session_id = p_payment_session_id
        union all
        select c
        from data.extensions e
        join data.chat_sessions c on c.id = e.chat_session_id
        where e.payment_session_id = p_payment_session_id
    );
end
$$;
comment on function logic.chats_of_payment is 'The chat that a payment session bought, or was to extend.';
