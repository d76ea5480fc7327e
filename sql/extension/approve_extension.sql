-- The mitra agrees: charged now. Idempotent.
-- Locks: payment session, mitra, chat, extension.
create or replace function api.approve_extension(p_extension_id uuid, p_mitra_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension data.extensions := logic.lock_extension(p_extension_id, p_mitra_id);
begin
    if v_extension.status <> 'approved' then
        perform logic.check_extension_open(v_extension);
        v_extension := logic.grant_extension(v_extension, 'approved', 'mitra:' || p_mitra_id);
    end if;
    return logic.extension_json(v_extension);
end
$$;
comment on function api.approve_extension is
    'The mitra agrees to an extension, which is charged now: the extension, approved. Refuses extension_not_found, extension_expired, extension_withdrawn, extension_already_answered.';
