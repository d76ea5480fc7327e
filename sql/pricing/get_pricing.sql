create or replace function api.get_pricing(p_customer_id uuid, p_extension boolean)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select logic.check_given(jsonb_build_object('p_customer_id', p_customer_id, 'p_extension', p_extension));
    select jsonb_build_object(
        'tiers', coalesce(jsonb_agg(
            jsonb_build_object(
                'id', t.id,
                'duration_minutes', t.duration_minutes,
                'amount', case when t.is_free_trial then 0 else t.amount end,
                'is_free_trial', t.is_free_trial
            )
            order by t.duration_minutes
        ), '[]'),
        'free_trial_eligible', coalesce(bool_or(t.is_free_trial), false)
    )
    from logic.tiers_for(p_customer_id, p_extension) t
$$;
comment on function api.get_pricing is
    'The tiers that a customer may choose from, {tiers: [{id, duration_minutes, amount, is_free_trial}], free_trial_eligible}. Amounts in rupiah. Extensions are never free. Refuses argument_missing.';
