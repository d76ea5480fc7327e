create or replace function logic.chat_row(p_chat data.chat_sessions, p_role text)
returns jsonb
language sql stable security invoker
as $$
    select logic.chat_json(p_chat) || case p_role
        when 'customer' then jsonb_build_object(
            'can_chat_again', logic.can_chat_again(p_chat.customer_id, p_chat.mitra_id)
        )
        else '{}'
    end
$$;
comment on function logic.chat_row is 'A chat in a history: for its customer with whether "Curhat lagi" is possible now.';
