-- Null leaves a value as it is. A disabled operator is signed out everywhere; a role applies at once, since every
-- function checks it. One admin must be left.
-- Locks: every admin, the operator, every sign-in of theirs.
-- Refuses: invalid_role, operator_not_found, last_admin.
create or replace function logic.change_operator(p_operator_id uuid, p_role text, p_active boolean, p_who text)
returns data.cc_users
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before data.cc_users;
    v_after data.cc_users;
begin
    if p_role is not null then
        perform logic.check_operator_role(p_role);
    end if;
    perform logic.lock_admins();
    select * into v_before from data.cc_users where id = p_operator_id for update;
    if not found then
        perform logic.refuse(404, 'operator_not_found', 'There is no such operator.');
    end if;
    update data.cc_users
    set role = coalesce(p_role, role), active = coalesce(p_active, active)
    where id = p_operator_id
    returning * into v_after;
    if v_before.role = 'admin' and v_before.active and not exists (select from data.cc_users where role = 'admin' and active) then
        perform logic.refuse(409, 'last_admin', 'This is the last admin: make somebody else one first.');
    end if;
    if v_after.role <> v_before.role then
        perform logic.append_operator_event(v_after, 'role', p_who);
    end if;
    if v_after.active <> v_before.active then
        perform logic.append_operator_event(v_after, 'active', p_who);
    end if;
    if not v_after.active then
        perform logic.end_sign_ins_of(v_after.id, 'barred', 'operator:' || p_who);
    end if;
    return v_after;
end
$$;
comment on function logic.change_operator is 'Changes an operator''s role, or whether they may sign in.';
