-- A failure that the customer has not left behind by choosing again. It may be an older payment's: a search that goes
-- on, or a payment that expires, while another device chooses.
create or replace function logic.open_failure(p_last_payment data.payment_sessions)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select logic.failure_json(f, p)
        from data.pairing_failures f
        join data.payment_sessions p on p.id = f.payment_session_id
        where f.customer_id = p_last_payment.customer_id and f.created_at >= p_last_payment.created_at
            and f.superseded_at is null and not p.is_extension
        order by f.created_at desc, p.created_at desc
        limit 1
    );
end
$$;
comment on function logic.open_failure is
    'The latest failure of a customer''s since they chose their last payment session, unless it was superseded.';
