-- Locks: search (new), mitra (shared), the customer's chat with them. The caller holds the payment session.
-- Refuses: search_already_running, chat_already_active, extension_pending.
create or replace function logic.ask_again(p_payment data.payment_sessions, p_mitra_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_search data.pairing_requests := logic.insert_search(
        p_payment, 'returning', p_mitra_id, logic.setting_seconds('returning_chat_confirmation_timeout_seconds')
    );
    v_mitra data.mitras;
    v_chat data.chat_sessions;
    v_failure data.pairing_failures;
begin
    select * into v_mitra from data.mitras where id = p_mitra_id for key share;
    v_chat := logic.lock_running_chat(p_payment.customer_id, p_mitra_id);
    if exists (select from data.extensions where chat_session_id = v_chat.id and status = 'requested') then
        perform logic.refuse(409, 'extension_pending', 'An extension of the running chat waits for its answer.');
    end if;

    if logic.presence_of(v_mitra) <> 'online'
        or (v_chat.id is null and logic.active_chats(p_mitra_id) >= logic.setting_integer('max_customers_per_mitra'))
    then
        v_failure := logic.fail_search(
            v_search, p_payment, 'targeted_mitra_offline', 'customer:' || p_payment.customer_id
        );
        return jsonb_build_object('reason', v_failure.cause_tag) || logic.failure_json(v_failure, p_payment);
    end if;
    insert into data.pairing_offers (request_id, mitra_id, sent_at) values (v_search.id, p_mitra_id, logic.now());
    perform logic.append_offer_event(v_search, array[p_mitra_id]);
    return logic.own_search_json(v_search) || jsonb_build_object('already_running', false);
end
$$;
comment on function logic.ask_again is
    'Opens a returning search and offers it to its mitra, or fails it at once when they are not available.';
