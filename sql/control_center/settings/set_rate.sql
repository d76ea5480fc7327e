create or replace function control_center.set_rate(p_operator_id uuid, p_kind text, p_percent numeric, p_valid_from date)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'admin');
begin
    return to_jsonb(logic.change_rate(p_kind, p_percent, p_valid_from, v_operator.email));
end
$$;
comment on function control_center.set_rate is
    'Sets the mitra''s share or the tax from a day in Jakarta on: the rate. For admins. Refuses operator_unknown, role_not_sufficient, invalid_rate, rate_in_the_past.';
