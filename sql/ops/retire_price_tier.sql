create or replace function ops.retire_price_tier(p_tier_id uuid, p_who text)
returns table (id uuid, duration_minutes integer, amount integer, for_extension boolean, retired_at timestamptz, retired_by text)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tier data.price_tiers;
begin
    perform logic.check_who(p_who);
    v_tier := logic.retire_price(p_tier_id, p_who);
    return query
    select v_tier.id, v_tier.duration_minutes, v_tier.amount, v_tier.for_extension, v_tier.retired_at, v_tier.retired_by;
end
$$;
comment on function ops.retire_price_tier is
    'Sells a duration no longer; without its free trial a customer has none. Refuses who_is_missing, tier_not_found, last_price.';
