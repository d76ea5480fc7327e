-- One search at a time: the unique index makes a customer's second one wait until the first has committed or rolled
-- back, so that the look for a running chat after it sees the outcome.
-- Refuses: search_already_running, chat_already_active.
create or replace function logic.insert_search(
    p_payment data.payment_sessions, p_request_type text, p_targeted_mitra_id uuid, p_window interval
)
returns data.pairing_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_search data.pairing_requests;
begin
    insert into data.pairing_requests (
        payment_session_id, customer_id, request_type, targeted_mitra_id, created_at, deadline_at
    )
    values (
        p_payment.id, p_payment.customer_id, p_request_type, p_targeted_mitra_id, logic.now(), logic.now() + p_window
    )
    on conflict (customer_id) where status = 'searching' and customer_id is not null do nothing
    returning * into v_search;
    if not found then
        perform logic.refuse(409, 'search_already_running', 'Another search of this customer is running.');
    end if;
    if exists (
        select from data.chat_sessions
        where customer_id = p_payment.customer_id and status = 'active'
            and mitra_id is distinct from p_targeted_mitra_id
    ) then
        perform logic.refuse(409, 'chat_already_active', 'A chat is running: end it before looking for another bestie.');
    end if;
    perform logic.append_event(
        'CHAT_REQUEST_STARTED', 'pairing_request', v_search.id, null, 'searching', v_search.customer_id, null,
        'customer:' || v_search.customer_id,
        logic.own_search_json(v_search) - 'id' - 'seconds_left' || jsonb_build_object('request_id', v_search.id),
        v_search.deadline_at
    );
    return v_search;
end
$$;
comment on function logic.insert_search is 'Opens a search on a confirmed, locked payment session.';
