create or replace function logic.failure_json(p_failure data.pairing_failures, p_payment data.payment_sessions)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'failure_id', p_failure.id,
        'payment_session_id', p_failure.payment_session_id,
        'request_id', p_failure.pairing_request_id,
        'cause_tag', p_failure.cause_tag,
        'amount', p_failure.amount,
        'refund_due', p_failure.refund_due,
        'fallback_offered', logic.fallback_offered(p_failure, p_payment),
        'mitra', logic.mitra_json(p_failure.targeted_mitra_id),
        'created_at', p_failure.created_at
    )
$$;
comment on function logic.failure_json is 'A failure as the customer''s app sees it.';
