-- Refuses: payment_session_expired, payment_session_abandoned, payment_session_consumed, payment_session_failed,
-- payment_not_confirmed, payment_already_confirmed.
create or replace function logic.check_payment_status(p_payment data.payment_sessions, p_wanted text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_payment.status = 'expired'
        or (p_payment.status in (p_wanted, 'pending') and p_payment.expires_at <= logic.now())
    then
        perform logic.refuse(410, 'payment_session_expired', 'This payment session has expired.');
    elsif p_payment.status = p_wanted then
        return;
    elsif p_payment.status = 'abandoned' then
        perform logic.refuse(409, 'payment_session_abandoned', 'This payment session was cancelled.');
    elsif p_payment.status = 'consumed' then
        perform logic.refuse(409, 'payment_session_consumed', 'This payment session has been used.');
    elsif p_payment.status = 'failed_pairing' then
        perform logic.refuse(409, 'payment_session_failed', 'The pairing of this payment session has failed.');
    elsif p_payment.status = 'pending' then
        perform logic.refuse(409, 'payment_not_confirmed', 'This payment session has not been confirmed.');
    else
        perform logic.refuse(409, 'payment_already_confirmed', 'This payment session is confirmed already.');
    end if;
end
$$;
comment on function logic.check_payment_status is
    'Refuses a payment session that is not in the wanted status, or whose time is over, each with its own slug.';
