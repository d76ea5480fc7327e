create or replace function logic.fallback_offered(p_failure data.pairing_failures, p_payment data.payment_sessions)
returns boolean
language sql stable security invoker
as $$
    select not p_payment.is_extension
        and p_failure.cause_tag in ('targeted_mitra_offline', 'targeted_mitra_rejected', 'targeted_mitra_timeout')
        and p_failure.superseded_at is null
        and p_failure.operator_action is null
        and p_payment.expires_at > logic.now()
$$;
comment on function logic.fallback_offered is 'Whether the customer may take another bestie on the same payment.';
