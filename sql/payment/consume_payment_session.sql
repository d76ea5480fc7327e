-- Locks: none of its own; the caller holds the payment session.
create or replace function logic.consume_payment_session(p_payment data.payment_sessions, p_actor text)
returns data.payment_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
    v_event_id bigint;
begin
    update data.payment_sessions
    set status = 'consumed',
        consumed_at = logic.now(),
        charged_at = case when is_extension and amount > 0 then logic.now() else charged_at end
    where id = p_payment.id
    returning * into v_payment;
    v_event_id := logic.append_payment_event(v_payment, 'confirmed', p_actor);
    if v_payment.is_extension then
        perform logic.post_extended(v_payment, v_event_id);
    end if;
    return v_payment;
end
$$;
comment on function logic.consume_payment_session is
    'A confirmed, locked payment session has bought its chat or extension; an extension is charged now.';
