create or replace function logic.live_chats_json(p_limit integer, p_offset integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(to_jsonb(c) order by c.ends_at, c.id), '[]')
        from (
            select id from data.chat_sessions
            where status = 'active' and mitra_id >= '00000000-0000-0000-0000-000000000000'
            order by ends_at, id
            limit p_limit
            offset p_offset
        ) i
        cross join lateral (select * from control_center.live_chats s where s.id = i.id limit 1) c
    );
end
$$;
comment on function logic.live_chats_json is 'Running chats, the nearest end first.';
