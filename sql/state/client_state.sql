create or replace function api.client_state(p_customer_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_user data.users;
    v_payment data.payment_sessions := logic.last_payment(p_customer_id);
    v_search data.pairing_requests;
    v_chats data.chat_sessions[];
begin
    select * into v_user from data.users where id = p_customer_id;
    if not found then
        perform logic.refuse(404, 'customer_not_found', 'There is no such customer.');
    end if;
    select * into v_search from data.pairing_requests where customer_id = p_customer_id and status = 'searching';
    v_chats := array(select c from data.chat_sessions c where c.customer_id = p_customer_id and c.status = 'active');
    return jsonb_build_object(
        'server_time', clock_timestamp(),
        'user', jsonb_build_object('id', v_user.id, 'display_name', v_user.display_name, 'phone', v_user.phone),
        'payment_session', case when v_payment.status in ('pending', 'confirmed') then
            logic.payment_session_json(v_payment)
        end,
        'charge', case when v_payment.status = 'pending' then logic.charge_of(v_payment.id) end,
        'search', case when v_search.id is not null then logic.own_search_json(v_search) end,
        'last_failure', logic.open_failure(v_payment),
        'money', logic.money_of(p_customer_id),
        'credit', logic.credit_of(p_customer_id),
        'chats', logic.chats_json(v_chats),
        'extensions', logic.pending_extensions(array(select c.id from unnest(v_chats) c)),
        'lost_chats', logic.lost_chats(v_chats)
    );
end
$$;
comment on function api.client_state is
    'A customer''s whole present state: {server_time, user, payment_session, charge, search, last_failure, money, credit, chats, extensions, lost_chats}. money: every unused payment, and every failure without a decision, or with one that was not seen. lost_chats: ids of the chats whose mitra is unreachable. Refuses customer_not_found.';
