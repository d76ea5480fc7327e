-- Of two at once the unique index on pending payments makes the second wait, find no room, and abandon the first.
create or replace function logic.insert_pending_payment(p_payment data.payment_sessions)
returns data.payment_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
begin
    loop
        insert into data.payment_sessions (
            customer_id, amount, duration_minutes, is_free_trial, is_extension, tier_id, targeted_mitra_id,
            created_at, expires_at
        )
        values (
            p_payment.customer_id, p_payment.amount, p_payment.duration_minutes, p_payment.is_free_trial,
            p_payment.is_extension, p_payment.tier_id, p_payment.targeted_mitra_id, logic.now(),
            logic.now() + make_interval(mins => logic.setting_integer('payment_session_timeout_minutes'))
        )
        on conflict (customer_id, is_extension) where status = 'pending' do nothing
        returning * into v_payment;
        exit when found;
        perform logic.abandon_pending_payment(p_payment.customer_id, p_payment.is_extension);
    end loop;
    return v_payment;
end
$$;
comment on function logic.insert_pending_payment is
    'Inserts the pending payment session, abandoning one of the same customer and kind that came first.';
