-- The mitra says no: nothing is charged. Idempotent.
-- Locks: payment session, mitra, chat, extension.
create or replace function api.reject_extension(p_extension_id uuid, p_mitra_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension data.extensions := logic.lock_extension(p_extension_id, p_mitra_id);
begin
    if v_extension.status <> 'rejected' then
        perform logic.check_extension_open(v_extension);
        v_extension := logic.deny_extension(
            v_extension, 'rejected', 'targeted_mitra_rejected', 'mitra:' || p_mitra_id
        );
    end if;
    return logic.extension_json(v_extension);
end
$$;
comment on function api.reject_extension is
    'The mitra declines an extension; nothing is charged: the extension, rejected. Refuses extension_not_found, extension_expired, extension_withdrawn, extension_already_answered.';
