-- Locks: every admin, the operator, every sign-in of theirs.
create or replace function control_center.change_operator(
    p_operator_id uuid, p_changed_id uuid, p_role text, p_active boolean
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_admin data.cc_users := logic.check_operator(p_operator_id, 'admin');
begin
    return logic.operator_json(logic.change_operator(p_changed_id, p_role, p_active, v_admin.email));
end
$$;
comment on function control_center.change_operator is
    'An admin changes an operator''s role (p_role), or disables (p_active false) or enables them; null leaves either as it is. Refuses operator_unknown, role_not_sufficient, invalid_role, operator_not_found, last_admin.';
