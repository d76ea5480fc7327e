create or replace function logic.money_json(p_payment data.payment_sessions, p_failure data.pairing_failures)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'payment_session_id', p_payment.id,
        'failure_id', p_failure.id,
        'is_extension', p_payment.is_extension,
        'amount', p_payment.amount,
        'duration_minutes', p_payment.duration_minutes,
        'mitra', logic.mitra_json(coalesce(p_failure.targeted_mitra_id, p_payment.targeted_mitra_id)),
        'status', case
            when p_failure.id is null then 'waiting'
            else coalesce(p_failure.operator_action, 'under_review')
        end,
        'status_at', coalesce(p_failure.actioned_at, p_failure.created_at, p_payment.confirmed_at),
        'expires_at', p_payment.expires_at,
        'cause_tag', p_failure.cause_tag,
        'fallback_offered', coalesce(logic.fallback_offered(p_failure, p_payment), false),
        'seen_at', p_failure.decision_seen_at
    )
$$;
comment on function logic.money_json is
    'Where the money of a payment is, as its customer sees it. status: waiting (it still buys something), under_review, or what was decided.';
