create or replace function logic.append_payment_event(p_payment data.payment_sessions, p_from_status text, p_actor text)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
begin
    return logic.append_event(
        'PAYMENT_SESSION', 'payment_session', p_payment.id, p_from_status, p_payment.status,
        p_payment.customer_id, null, p_actor,
        jsonb_build_object(
            'payment_session_id', p_payment.id,
            'status', p_payment.status,
            'amount', p_payment.amount,
            'is_extension', p_payment.is_extension,
            'charged_at', p_payment.charged_at,
            'expires_at', p_payment.expires_at
        ),
        case when p_payment.status in ('pending', 'confirmed') then p_payment.expires_at end
    );
end
$$;
comment on function logic.append_payment_event is 'The event of a payment session''s change of status.';
