-- Every function that an operator's screen calls begins with this: a token says who it is, never what they may do, so a
-- role that is taken away is gone at once.
-- Refuses: operator_unknown, role_not_sufficient.
create or replace function logic.check_operator(p_operator_id uuid, p_role text)
returns data.cc_users
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_roles constant text[] := array['viewer', 'operator', 'admin'];
    v_operator data.cc_users;
begin
    perform logic.hold_briefly();
    select * into v_operator from data.cc_users where id = p_operator_id and active;
    if not found then
        perform logic.refuse(401, 'operator_unknown', 'This account no longer exists, or is disabled.');
    end if;
    if coalesce(array_position(v_roles, v_operator.role) < array_position(v_roles, p_role), true) then
        perform logic.refuse(403, 'role_not_sufficient', format('This needs the role "%s".', p_role));
    end if;
    return v_operator;
end
$$;
comment on function logic.check_operator is
    'The operator, who must have at least this role: viewer, operator or admin, each with the rights of the one before.';
