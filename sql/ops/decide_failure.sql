-- The payment's lock decides between an operator and a customer's fallback, and between two operators. The same
-- decision again changes nothing. The customer is told of it when money was taken.
-- Locks: payment session, failure, the customer's credit account.
-- Refuses: invalid_action, failure_not_found, failure_superseded, failure_already_actioned, nothing_to_refund.
create or replace function logic.decide_failure(p_failure_id uuid, p_action text, p_who text, p_note text)
returns data.pairing_failures
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
    v_failure data.pairing_failures;
    v_event_id bigint;
begin
    select * into v_payment
    from data.payment_sessions
    where id = (select f.payment_session_id from data.pairing_failures f where f.id = p_failure_id)
    for update;
    select * into v_failure from data.pairing_failures where id = p_failure_id for update;
    if v_failure.operator_action = p_action and v_failure.actioned_by = p_who then
        return v_failure;
    end if;
    perform logic.check_failure_open(v_failure, p_action);

    update data.pairing_failures
    set operator_action = p_action, action_note = logic.clean_text(p_note), actioned_by = p_who, actioned_at = logic.now()
    where id = p_failure_id
    returning * into v_failure;
    v_event_id := logic.append_event(
        'PAIRING_FAILURE_ACTIONED', 'pairing_failure', v_failure.id, null, null, v_failure.customer_id, null,
        'operator:' || p_who,
        jsonb_build_object(
            'failure_id', v_failure.id,
            'payment_session_id', v_failure.payment_session_id,
            'action', p_action,
            'note', v_failure.action_note
        )
    );
    if v_failure.refund_due then
        perform logic.post_decided(v_payment, p_action, v_event_id, 'operator:' || p_who);
        perform logic.append_money_event(v_payment, v_failure, 'operator:' || p_who);
    end if;
    return v_failure;
end
$$;
comment on function logic.decide_failure is 'Records an operator''s decision on a failure, once.';
