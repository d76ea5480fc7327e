-- Locks: search, mitras who missed it; or mitra, chat, extension. The caller holds the payment session.
create or replace function logic.fail_whatever_runs(
    p_payment data.payment_sessions, p_cause_tag text, p_actor text, p_note text
)
returns data.pairing_failures
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_search data.pairing_requests := logic.running_search(p_payment.id);
    v_extension data.extensions;
    v_failure data.pairing_failures;
begin
    if v_search.id is not null then
        v_failure := logic.fail_search(v_search, p_payment, p_cause_tag, p_actor, p_note);
        perform logic.take_idlers_offline(v_search.id);
        return v_failure;
    end if;
    select * into v_extension from data.extensions where payment_session_id = p_payment.id and status = 'requested';
    if not found then
        return logic.fail_payment_session(p_payment, p_cause_tag, p_actor, null, p_note);
    end if;
    v_extension := logic.lock_extension(v_extension.id, v_extension.mitra_id);
    perform logic.deny_extension(v_extension, 'withdrawn', p_cause_tag, p_actor);
    update data.pairing_failures
    set note = logic.clean_text(p_note)
    where payment_session_id = p_payment.id and superseded_at is null
    returning * into v_failure;
    return v_failure;
end
$$;
comment on function logic.fail_whatever_runs is 'Fails a confirmed, locked payment session with the search or extension that runs on it.';
