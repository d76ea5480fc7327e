-- A confirmed payment came to nothing: it fails and the cause is recorded, in one transaction. A payment that is not
-- confirmed is left alone, so failing is idempotent. The failure names the mitra who was asked again, or for more
-- minutes.
-- Locks: the customer's credit account; the caller holds the payment session.
create or replace function logic.fail_payment_session(
    p_payment data.payment_sessions,
    p_cause_tag text,
    p_actor text,
    p_search data.pairing_requests default null,
    p_note text default null
)
returns data.pairing_failures
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
    v_failure data.pairing_failures;
begin
    update data.payment_sessions
    set status = 'failed_pairing'
    where id = p_payment.id and status = 'confirmed'
    returning * into v_payment;
    if not found then
        return null;
    end if;
    insert into data.pairing_failures (
        payment_session_id, pairing_request_id, customer_id, targeted_mitra_id, cause_tag, amount, refund_due,
        note, created_at
    )
    values (
        v_payment.id, p_search.id, v_payment.customer_id,
        coalesce(
            p_search.targeted_mitra_id,
            v_payment.targeted_mitra_id,
            (select x.mitra_id from data.extensions x where x.payment_session_id = v_payment.id)
        ),
        p_cause_tag, v_payment.amount, v_payment.charged_at is not null, logic.clean_text(p_note), logic.now()
    )
    returning * into v_failure;

    perform logic.append_payment_event(v_payment, 'confirmed', p_actor);
    perform logic.append_event(
        case when v_payment.is_extension then 'EXTENSION_FAILED' else 'PAIRING_FAILED' end,
        'pairing_failure', v_failure.id, null, null, v_payment.customer_id, null, p_actor,
        logic.failure_json(v_failure, v_payment)
    );
    if v_payment.is_extension then
        perform logic.release_credit(v_payment, p_actor);
    end if;
    return v_failure;
end
$$;
comment on function logic.fail_payment_session is
    'confirmed → failed_pairing with its failure row; null when the payment session was not confirmed.';
