create or replace function logic.active_chats(p_mitra_id uuid)
returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select count(*) from data.chat_sessions where mitra_id = p_mitra_id and status = 'active');
end
$$;
comment on function logic.active_chats is 'How many chats a mitra has running.';
