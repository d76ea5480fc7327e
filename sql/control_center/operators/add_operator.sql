-- Locks: sign-in attempt.
create or replace function control_center.add_operator(
    p_operator_id uuid, p_email text, p_display_name text, p_role text, p_password_hash text
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_admin data.cc_users := logic.check_operator(p_operator_id, 'admin');
begin
    return logic.operator_json(
        logic.insert_operator(p_email, p_display_name, p_role, p_password_hash, v_admin.email)
    );
end
$$;
comment on function control_center.add_operator is
    'An admin adds an operator: {id, email, display_name, role, active, created_at}. Refuses operator_unknown, role_not_sufficient, invalid_role, invalid_password_hash, invalid_email, display_name_required, display_name_invalid, email_already_taken.';
