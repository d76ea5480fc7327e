create or replace function logic.append_presence_events(
    p_mitra data.mitras, p_from text, p_to text, p_actor text, p_note text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.append_event(
        'MITRA_STATUS', 'mitra', p_mitra.id, p_from, p_to, null, array[p_mitra.id], p_actor,
        jsonb_strip_nulls(jsonb_build_object(
            'mitra_id', p_mitra.id,
            'online', p_mitra.declared_online,
            'presence', p_to,
            'by', split_part(p_actor, ':', 1),
            'reachable_until', p_mitra.reachable_until,
            'note', logic.clean_text(p_note)
        )),
        p_mitra.reachable_until
    );
    perform logic.append_event(
        'MITRA_CONNECTION', 'chat_session', c.id, null, null, c.customer_id, array[p_mitra.id], p_actor,
        jsonb_build_object(
            'chat_session_id', c.id,
            'mitra', logic.mitra_json(p_mitra.id),
            'connection', case when p_to = 'online' then 'back' else 'lost' end
        )
    )
    from data.chat_sessions c
    where c.mitra_id = p_mitra.id and c.status = 'active' and 'online' in (p_from, p_to);
end
$$;
comment on function logic.append_presence_events is
    'Tells the mitra''s own devices, and the customers whose chat with them runs.';
