create or replace function logic.payment_session_json(p_payment data.payment_sessions)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'id', p_payment.id,
        'status', p_payment.status,
        'amount', p_payment.amount,
        'duration_minutes', p_payment.duration_minutes,
        'is_free_trial', p_payment.is_free_trial,
        'is_extension', p_payment.is_extension,
        'tier_id', p_payment.tier_id,
        'targeted_mitra_id', p_payment.targeted_mitra_id,
        'created_at', p_payment.created_at,
        'confirmed_at', p_payment.confirmed_at,
        'charged_at', p_payment.charged_at,
        'consumed_at', p_payment.consumed_at,
        'expires_at', p_payment.expires_at
    )
$$;
comment on function logic.payment_session_json is 'A payment session as the apps see it.';
