-- Locks: mitra.
create or replace function control_center.force_mitra_offline(p_operator_id uuid, p_mitra_id uuid, p_note text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'operator');
    v_mitra data.mitras;
begin
    perform logic.check_note(p_note);
    v_mitra := logic.set_presence(logic.lock_mitra(p_mitra_id), false, null, 'operator:' || v_operator.email, p_note);
    return jsonb_build_object(
        'id', v_mitra.id, 'presence', logic.presence_of(v_mitra), 'active_chats', logic.active_chats(v_mitra.id)
    );
end
$$;
comment on function control_center.force_mitra_offline is
    'Sets a mitra offline; running chats go on: {id, presence, active_chats}. For operators. Refuses operator_unknown, role_not_sufficient, note_is_missing, note_too_long, mitra_not_found.';
