-- Called before the first password is hashed, which is slow on purpose: a caller without the right costs nothing.
create or replace function control_center.begin_add_operator(p_operator_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'admin');
end
$$;
comment on function control_center.begin_add_operator is
    'Whether the caller may add operators, asked before a password is hashed. Refuses operator_unknown, role_not_sufficient.';
