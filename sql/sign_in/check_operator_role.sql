-- Refuses: invalid_role.
create or replace function logic.check_operator_role(p_role text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if coalesce(p_role not in ('viewer', 'operator', 'admin'), true) then
        perform logic.refuse(400, 'invalid_role', 'A role is viewer, operator or admin.');
    end if;
end
$$;
comment on function logic.check_operator_role is 'Refuses an unknown role.';
