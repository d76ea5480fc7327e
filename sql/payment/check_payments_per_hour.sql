-- Refuses: too_many_payments.
create or replace function logic.check_payments_per_hour(p_customer_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_most integer := logic.setting_integer('payments_per_hour');
    v_since timestamptz := logic.now() - interval '1 hour';
    v_first timestamptz;
begin
    select created_at into v_first
    from data.payment_sessions
    where customer_id = p_customer_id and created_at > v_since
    order by created_at desc
    offset v_most - 1 limit 1;
    if found then
        perform logic.refuse(
            429, 'too_many_payments', 'Too many payments in an hour. Try again later.',
            jsonb_build_object('retry_after', logic.seconds_until(v_first + interval '1 hour'))
        );
    end if;
end
$$;
comment on function logic.check_payments_per_hour is 'Refuses a payment beyond payments_per_hour of one customer: each may become a search that every mitra hears of.';
