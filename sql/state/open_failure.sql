create or replace function logic.open_failure(p_payment data.payment_sessions)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select logic.failure_json(f, p_payment)
        from data.pairing_failures f
        where f.payment_session_id = p_payment.id and p_payment.status = 'failed_pairing' and f.superseded_at is null
    );
end
$$;
comment on function logic.open_failure is 'The failure that a payment session came to, if it did and nothing has superseded it.';
