-- A customer chooses some minutes. An older pending choice of the same kind is abandoned first: if it is being
-- confirmed at this moment, the free trial is used up and the price changes.
-- Locks: the idempotency key, the older pending payment session.
create or replace function api.create_payment_session(
    p_customer_id uuid,
    p_duration_minutes integer,
    p_tier_id uuid default null,
    p_targeted_mitra_id uuid default null,
    p_is_extension boolean default false,
    p_idempotency_key text default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_reply jsonb := logic.recall_reply(
        p_customer_id, p_idempotency_key, 'create_payment_session',
        jsonb_build_array(p_duration_minutes, p_tier_id, p_targeted_mitra_id, p_is_extension)
    );
    v_tier record;
    v_payment data.payment_sessions;
begin
    if v_reply is not null then
        return v_reply;
    end if;
    perform logic.check_payment_choice(p_customer_id, p_targeted_mitra_id, p_is_extension);
    perform logic.check_payments_per_hour(p_customer_id);
    perform logic.abandon_pending_payment(p_customer_id, p_is_extension);
    select * into v_tier
    from logic.tiers_for(p_customer_id, p_is_extension) t
    where t.duration_minutes = p_duration_minutes and (p_tier_id is null or t.id = p_tier_id);
    if not found then
        perform logic.refuse(400, 'unknown_tier', format('There is no such tier of %s minutes.', p_duration_minutes));
    end if;

    v_payment.customer_id := p_customer_id;
    v_payment.amount := case when v_tier.is_free_trial then 0 else v_tier.amount end;
    v_payment.duration_minutes := v_tier.duration_minutes;
    v_payment.is_free_trial := v_tier.is_free_trial;
    v_payment.is_extension := p_is_extension;
    v_payment.tier_id := v_tier.id;
    v_payment.targeted_mitra_id := p_targeted_mitra_id;
    v_payment := logic.insert_pending_payment(v_payment);

    perform logic.append_payment_event(v_payment, null, 'customer:' || p_customer_id);
    return logic.keep_reply(p_customer_id, p_idempotency_key, logic.payment_session_json(v_payment));
end
$$;
comment on function api.create_payment_session is
    'A customer chooses some minutes: a pending payment session with its amount in rupiah. The tier is found by its duration, or named. p_targeted_mitra_id for "Curhat lagi", p_is_extension for more minutes in a running chat. Refuses customer_not_found, unknown_tier, mitra_not_found, target_not_allowed, idempotency_key_reused, account_blocked, too_many_payments, too_many_idempotency_keys.';
