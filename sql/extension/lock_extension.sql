-- Locks: payment session, mitra, chat, extension.
-- Refuses: extension_not_found.
create or replace function logic.lock_extension(p_extension_id uuid, p_mitra_id uuid)
returns data.extensions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension data.extensions;
begin
    select * into v_extension from data.extensions where id = p_extension_id and mitra_id = p_mitra_id;
    if not found then
        perform logic.refuse(404, 'extension_not_found', 'There is no such extension.');
    end if;
    perform from data.payment_sessions where id = v_extension.payment_session_id for update;
    perform from data.mitras where id = v_extension.mitra_id for no key update;
    perform from data.chat_sessions where id = v_extension.chat_session_id for update;
    select * into v_extension from data.extensions where id = p_extension_id for update;
    return v_extension;
end
$$;
comment on function logic.lock_extension is 'A mitra''s extension with its payment session and chat, locked.';
