create or replace function logic.pending_extensions(p_chat_session_ids uuid[])
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(logic.extension_json(e) order by e.requested_at), '[]')
        from data.extensions e
        where e.chat_session_id = any (p_chat_session_ids) and e.status = 'requested'
    );
end
$$;
comment on function logic.pending_extensions is 'The pending extensions of chats, as a JSON array.';
