create or replace function logic.can_chat_again(p_customer_id uuid, p_mitra_id uuid)
returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(m.reachable_until > logic.now(), false) and (
            logic.active_chats(m.id) < logic.setting_integer('max_customers_per_mitra')
            or exists (
                select from data.chat_sessions c
                where c.customer_id = p_customer_id and c.mitra_id = m.id and c.status = 'active'
            )
        )
        from data.mitras m
        where m.id = p_mitra_id
    );
end
$$;
comment on function logic.can_chat_again is 'Whether a mitra could be asked again now: reachable, and with room or in a chat with this customer.';
