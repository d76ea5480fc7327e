-- Refuses: invalid_cursor.
create or replace function logic.mitra_history(p_mitra_id uuid, p_cursor text, p_limit integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_chats data.chat_sessions[];
    v_last data.chat_sessions;
begin
    v_chats := array(
        select c from logic.chat_page('mitra', p_mitra_id, logic.cursor_time(p_cursor), logic.cursor_id(p_cursor), p_limit + 1) c
    );
    if cardinality(v_chats) > p_limit then
        v_last := v_chats[p_limit];
    end if;
    return jsonb_build_object(
        'rows', logic.past_chats_json(v_chats[:p_limit]),
        'next', logic.cursor_of(v_last.started_at, v_last.id)
    );
end
$$;
comment on function logic.mitra_history is 'A page of a mitra''s chats, newest first: {rows, next}. Refuses invalid_cursor.';
