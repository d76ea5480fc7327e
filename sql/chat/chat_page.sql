-- Two branches, so that each reads its own index from the cursor on.
create or replace function logic.chat_page(
    p_role text, p_user_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer
)
returns setof data.chat_sessions
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_role = 'customer' then
        return query
        select c.* from data.chat_sessions c
        where c.customer_id = p_user_id and (c.started_at, c.id) < (p_before, p_before_id)
        order by c.started_at desc, c.id desc
        limit p_limit;
    else
        return query
        select c.* from data.chat_sessions c
        where c.mitra_id = p_user_id and (c.started_at, c.id) < (p_before, p_before_id)
        order by c.started_at desc, c.id desc
        limit p_limit;
    end if;
end
$$;
comment on function logic.chat_page is 'A page of a person''s chats before a point in time, newest first.';
