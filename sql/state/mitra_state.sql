create or replace function api.mitra_state(p_mitra_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_mitra data.mitras;
    v_chats data.chat_sessions[];
begin
    select * into v_mitra from data.mitras where id = p_mitra_id;
    if not found then
        perform logic.refuse(404, 'mitra_not_found', 'There is no such bestie.');
    end if;
    v_chats := array(select c from data.chat_sessions c where c.mitra_id = p_mitra_id and c.status = 'active');
    return jsonb_build_object(
        'server_time', clock_timestamp(),
        'user', jsonb_build_object('id', v_mitra.id, 'display_name', v_mitra.display_name, 'phone', v_mitra.phone),
        'online', v_mitra.declared_online,
        'presence', logic.presence_of(v_mitra),
        'reachable_until', v_mitra.reachable_until,
        'forced_offline', logic.forced_offline(v_mitra),
        'offers', logic.open_offers(p_mitra_id),
        'chats', logic.chats_json(v_chats),
        'extensions', logic.pending_extensions(array(select c.id from unnest(v_chats) c))
    );
end
$$;
comment on function api.mitra_state is
    'A mitra''s whole present state: {server_time, user, online, presence, reachable_until, forced_offline, offers, chats, extensions}. forced_offline: {by, note, at} when somebody else set the mitra offline. Refuses mitra_not_found.';
