create or replace function logic.append_extension_event(
    p_extension data.extensions, p_type text, p_actor text, p_more jsonb
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.append_event(
        p_type, 'extension', p_extension.id, 'requested', p_extension.status, p_extension.customer_id,
        array[p_extension.mitra_id], p_actor,
        jsonb_build_object(
            'extension_id', p_extension.id,
            'chat_session_id', p_extension.chat_session_id,
            'payment_session_id', p_extension.payment_session_id,
            'status', p_extension.status
        ) || p_more,
        (select c.deadline_at from data.chat_sessions c where c.id = p_extension.chat_session_id)
    );
end
$$;
comment on function logic.append_extension_event is 'The event of an extension''s answer.';
