-- Ordered by seq, oldest first. p_after_seq: the last one that the reader has. next: the seq to go on from, null at the
-- end.
create or replace function api.list_messages(
    p_chat_session_id uuid, p_role text, p_person_id uuid, p_after_seq bigint default null, p_limit integer default null
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions := logic.find_chat(p_chat_session_id, p_role, p_person_id);
    v_limit integer := least(greatest(coalesce(p_limit, 100), 1), 500);
    v_rows jsonb;
    v_last bigint;
begin
    select coalesce(jsonb_agg(logic.message_json(m) order by m.seq), '[]'), max(m.seq)
    into v_rows, v_last
    from (
        select *
        from data.chat_messages
        where chat_session_id = v_chat.id and seq > coalesce(p_after_seq, 0) and sent_at >= v_chat.started_at
        order by seq
        limit v_limit
    ) m;
    return jsonb_build_object('rows', v_rows, 'next', case when v_last < v_chat.last_seq then v_last end);
end
$$;
comment on function api.list_messages is
    'The messages of a chat after p_after_seq, oldest first: {rows, next}. p_limit 1 to 500, 100 without it. Refuses chat_session_not_found.';
