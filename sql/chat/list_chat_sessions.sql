-- Keyset, newest first: p_cursor is the `next` of the page before, see logic.cursor_of.
create or replace function api.list_chat_sessions(
    p_role text, p_person_id uuid, p_cursor text default null, p_limit integer default null
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_limit integer := least(greatest(coalesce(p_limit, 20), 1), 100);
    v_chats data.chat_sessions[];
    v_last data.chat_sessions;
begin
    perform logic.check_given(jsonb_build_object('p_role', p_role, 'p_person_id', p_person_id));
    v_chats := array(
        select c from logic.chat_page(p_role, p_person_id, logic.cursor_time(p_cursor), logic.cursor_id(p_cursor), v_limit + 1) c
    );
    if cardinality(v_chats) > v_limit then
        v_last := v_chats[v_limit];
    end if;
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(logic.chat_row(c, p_role) order by c.started_at desc, c.id desc), '[]')
            from unnest(v_chats[:v_limit]) c
        ),
        'next', logic.cursor_of(v_last.started_at, v_last.id)
    );
end
$$;
comment on function api.list_chat_sessions is
    'A person''s chats, newest first: {rows, next}. p_limit 1 to 100, 20 without it. Refuses invalid_cursor, argument_missing.';
