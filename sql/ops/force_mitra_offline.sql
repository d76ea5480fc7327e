-- Locks: mitra.
create or replace function ops.force_mitra_offline(p_mitra_id uuid, p_who text, p_note text default null)
returns table (id uuid, presence text, active_chats bigint)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_mitra data.mitras;
begin
    perform logic.check_who(p_who);
    perform logic.check_note_length(p_note);
    v_mitra := logic.set_presence(logic.lock_mitra(p_mitra_id), false, null, 'operator:' || p_who, p_note);
    return query select v_mitra.id, logic.presence_of(v_mitra), logic.active_chats(v_mitra.id);
end
$$;
comment on function ops.force_mitra_offline is
    'Sets a mitra offline: open offers are withdrawn, running chats go on. Refuses who_is_missing, note_too_long, mitra_not_found.';
