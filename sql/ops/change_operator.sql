-- Locks: every admin, the operator, every sign-in of theirs.
create or replace function ops.change_operator(p_email text, p_role text, p_active boolean, p_who text)
returns table (id uuid, email text, display_name text, role text, active boolean)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users;
begin
    perform logic.check_who(p_who);
    v_operator := logic.change_operator(
        (select u.id from data.cc_users u where lower(u.email) = logic.normal_email(p_email)), p_role, p_active, p_who
    );
    return query
    select v_operator.id, v_operator.email, v_operator.display_name, v_operator.role, v_operator.active;
end
$$;
comment on function ops.change_operator is
    'Changes an operator''s role (p_role), or disables (p_active false) or enables them; null leaves either as it is. Refuses who_is_missing, invalid_email, invalid_role, operator_not_found, last_admin.';
