-- Locks: prices.
create or replace function control_center.set_price_tier(
    p_operator_id uuid, p_for_extension boolean, p_duration_minutes integer, p_amount integer, p_is_free_trial boolean,
    p_replaces uuid default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'admin');
begin
    return to_jsonb(logic.change_price(
        p_for_extension, p_duration_minutes, p_amount, p_is_free_trial, v_operator.email, p_replaces
    )) - 'active';
end
$$;
comment on function control_center.set_price_tier is
    'Sets what a duration costs from now on: the new price. p_replaces: only while this is the price. For admins. Refuses operator_unknown, role_not_sufficient, invalid_price, free_trial_already_marked, price_changed_meanwhile.';
