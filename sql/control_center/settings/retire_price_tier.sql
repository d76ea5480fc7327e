-- Locks: prices.
create or replace function control_center.retire_price_tier(p_operator_id uuid, p_tier_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'admin');
begin
    return to_jsonb(logic.retire_price(p_tier_id, v_operator.email)) - 'active';
end
$$;
comment on function control_center.retire_price_tier is
    'Sells a duration no longer: the price, retired. For admins. Refuses operator_unknown, role_not_sufficient, tier_not_found, last_price.';
