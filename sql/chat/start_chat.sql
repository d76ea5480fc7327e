-- A running chat between the same two people ends as continued, and its remaining minutes are added.
-- Locks: none of its own; the caller holds payment session, search, mitra and the running chat.
create or replace function logic.start_chat(
    p_payment data.payment_sessions,
    p_search data.pairing_requests,
    p_mitra_id uuid,
    p_running data.chat_sessions
)
returns data.chat_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_ends_at timestamptz := logic.now() + make_interval(mins => p_payment.duration_minutes);
    v_offers_due_at timestamptz;
    v_chat data.chat_sessions;
begin
    if p_running.id is not null then
        v_ends_at := v_ends_at + greatest(p_running.ends_at - logic.now(), interval '0');
        perform logic.close_chat(p_running, 'continued', 'mitra:' || p_mitra_id);
    end if;
    insert into data.chat_sessions (
        payment_session_id, pairing_request_id, customer_id, mitra_id, duration_minutes, started_at, ends_at, deadline_at
    )
    values (
        p_payment.id, p_search.id, p_payment.customer_id, p_mitra_id, p_payment.duration_minutes, logic.now(),
        v_ends_at, logic.next_chat_deadline(v_ends_at, logic.now())
    )
    returning * into v_chat;
    if logic.active_chats(p_mitra_id) >= logic.setting_integer('max_customers_per_mitra') then
        v_offers_due_at := logic.now();
        update data.mitras set offers_due_at = v_offers_due_at where id = p_mitra_id;
    end if;

    perform logic.append_event(
        'PAIRED', 'chat_session', v_chat.id, null, 'active', v_chat.customer_id, array[p_mitra_id],
        'mitra:' || p_mitra_id,
        jsonb_build_object(
            'payment_session_id', p_payment.id,
            'request_id', p_search.id,
            'chat_session', logic.chat_json(v_chat)
        ),
        least(v_chat.deadline_at, v_offers_due_at)
    );
    return v_chat;
end
$$;
comment on function logic.start_chat is
    'Starts the chat that an accepted search bought. Other offers of a mitra who is now full are due to be withdrawn.';
