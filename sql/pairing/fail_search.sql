-- A search came to nothing: search, offers and payment in one transaction. A mitra has missed an offer only when the
-- window is over: an operator who ends a search before that gives nobody a miss. Operators may give any cause; the
-- RETURNING_CHAT events are for returning searches alone.
-- Locks: its offers. The caller holds payment session and search.
create or replace function logic.fail_search(
    p_search data.pairing_requests,
    p_payment data.payment_sessions,
    p_cause_tag text,
    p_actor text,
    p_note text default null
)
returns data.pairing_failures
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_missed boolean := p_search.deadline_at <= logic.now()
        and p_cause_tag in ('no_mitra_available', 'targeted_mitra_timeout');
    v_returning_event text := case p_cause_tag
        when 'targeted_mitra_timeout' then 'RETURNING_CHAT_TIMEOUT'
        when 'targeted_mitra_rejected' then 'RETURNING_CHAT_REJECTED'
    end;
begin
    perform logic.close_search(
        p_search, 'failed',
        case
            when p_cause_tag in ('all_mitras_rejected', 'targeted_mitra_rejected') then 'declined'
            when p_cause_tag = 'customer_cancelled' then 'cancelled'
            when p_cause_tag = 'targeted_mitra_offline' then 'withdrawn'
            else 'expired'
        end,
        case when v_missed then 'auto_rejected' else 'withdrawn' end,
        p_actor
    );
    if v_returning_event is not null and p_search.request_type = 'returning' then
        perform logic.append_event(
            v_returning_event, 'pairing_request', p_search.id, null, null, p_search.customer_id, null, p_actor,
            jsonb_build_object(
                'payment_session_id', p_payment.id,
                'request_id', p_search.id,
                'mitra', logic.mitra_json(p_search.targeted_mitra_id)
            )
        );
    end if;
    return logic.fail_payment_session(p_payment, p_cause_tag, p_actor, p_search, p_note);
end
$$;
comment on function logic.fail_search is 'Fails a locked search and its payment with a cause, and records the failure.';
