-- The deadline of a payment session: pending → expired; confirmed and unused → failed, with its search or extension.
-- Locks: payment session, search, customer (shared), mitra, chat, extension; none is waited for.
create or replace function logic.expire_payment_session(p_payment_session_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
    v_search data.pairing_requests;
    v_extension_id uuid;
begin
    select * into v_payment
    from data.payment_sessions
    where id = p_payment_session_id and status in ('pending', 'confirmed') and expires_at <= logic.now()
    for update skip locked;
    if not found then
        return false;
    end if;
    if v_payment.status = 'pending' then
        update data.payment_sessions set status = 'expired' where id = v_payment.id returning * into v_payment;
        perform logic.append_payment_event(v_payment, 'pending', 'deadline');
        return true;
    end if;

    select id into v_extension_id
    from data.extensions
    where payment_session_id = v_payment.id and status = 'requested';
    if found then
        return logic.withdraw_extension(v_extension_id, 'payment_session_expired', 'deadline');
    end if;
    v_search := logic.running_search(v_payment.id);
    if v_search.id is null and logic.try_share_people(v_payment.customer_id, v_payment.targeted_mitra_id) then
        perform logic.fail_payment_session(v_payment, 'payment_session_expired', 'deadline');
        return true;
    end if;
    v_search := logic.try_lock_search(v_search.id);
    if v_search.id is null then
        return false;
    end if;
    perform logic.fail_search(v_search, v_payment, 'payment_session_expired', 'deadline');
    return true;
end
$$;
comment on function logic.expire_payment_session is
    'Fires a payment session''s deadline. False when it is not due, or locked; then it is looked at again.';
