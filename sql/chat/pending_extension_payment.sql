create or replace function logic.pending_extension_payment(p_chat_session_id uuid)
returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select payment_session_id from data.extensions where chat_session_id = p_chat_session_id and status = 'requested');
end
$$;
comment on function logic.pending_extension_payment is 'The payment session of the extension that a chat waits on; null when it waits on none.';
