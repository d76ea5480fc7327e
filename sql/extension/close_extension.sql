-- Nothing is charged: the extension is closed, its payment fails.
-- Locks: none of its own; the caller holds payment session, chat and extension, or the chat that ends.
create or replace function logic.close_extension(p_extension_id uuid, p_status text, p_cause_tag text, p_actor text)
returns data.extensions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension data.extensions;
    v_payment data.payment_sessions;
begin
    update data.extensions set status = p_status, closed_at = logic.now() where id = p_extension_id
    returning * into v_extension;
    select * into v_payment from data.payment_sessions where id = v_extension.payment_session_id;
    perform logic.fail_payment_session(v_payment, p_cause_tag, p_actor);
    perform logic.append_extension_event(
        v_extension, 'EXTENSION_REJECTED', p_actor, jsonb_build_object('cause_tag', p_cause_tag)
    );
    return v_extension;
end
$$;
comment on function logic.close_extension is
    'Closes a locked extension as rejected, auto_rejected or withdrawn; its payment fails uncharged with the cause.';
