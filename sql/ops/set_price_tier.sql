create or replace function ops.set_price_tier(
    p_for_extension boolean, p_duration_minutes integer, p_amount integer, p_is_free_trial boolean, p_who text
)
returns table (id uuid, duration_minutes integer, amount integer, for_extension boolean, is_free_trial boolean, created_at timestamptz, created_by text)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tier data.price_tiers;
begin
    perform logic.check_who(p_who);
    v_tier := logic.change_price(p_for_extension, p_duration_minutes, p_amount, p_is_free_trial, p_who);
    return query
    select v_tier.id, v_tier.duration_minutes, v_tier.amount, v_tier.for_extension, v_tier.is_free_trial, v_tier.created_at,
        v_tier.created_by;
end
$$;
comment on function ops.set_price_tier is
    'Sets what a duration costs from now on; whoever has chosen the old price pays that. Refuses who_is_missing, invalid_price, free_trial_already_marked, price_changed_meanwhile.';
