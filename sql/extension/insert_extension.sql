-- A warning that is due now is given now, since the chat's deadline is taken away.
create or replace function logic.insert_extension(p_payment data.payment_sessions, p_chat data.chat_sessions)
returns data.extensions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension data.extensions;
begin
    insert into data.extensions (
        chat_session_id, payment_session_id, customer_id, mitra_id, duration_minutes, requested_at, deadline_at
    )
    values (
        p_chat.id, p_payment.id, p_chat.customer_id, p_chat.mitra_id, p_payment.duration_minutes, logic.now(),
        logic.now() + logic.setting_seconds('extension_timeout_seconds')
    )
    returning * into v_extension;
    if p_chat.deadline_at <= logic.now() then
        perform logic.warn_of_end(p_chat);
    end if;
    update data.chat_sessions set deadline_at = null where id = p_chat.id;
    perform logic.append_event(
        'EXTENSION_REQUESTED', 'extension', v_extension.id, null, 'requested', v_extension.customer_id,
        array[v_extension.mitra_id], 'customer:' || v_extension.customer_id,
        logic.extension_json(v_extension) - 'id' || jsonb_build_object(
            'extension_id', v_extension.id, 'customer', logic.customer_json(v_extension.customer_id)
        ),
        v_extension.deadline_at
    );
    return v_extension;
end
$$;
comment on function logic.insert_extension is 'Opens an extension on a locked chat, which has no deadline of its own until the answer.';
