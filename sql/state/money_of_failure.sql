-- One look by the payment's id, so that no plan scans payments for a handful of failures.
create or replace function logic.money_of_failure(p_failure data.pairing_failures)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
begin
    select * into v_payment from data.payment_sessions where id = p_failure.payment_session_id;
    return logic.money_json(v_payment, p_failure);
end
$$;
comment on function logic.money_of_failure is 'Where the money of a failed payment is.';
