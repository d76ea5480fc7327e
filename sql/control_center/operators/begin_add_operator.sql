-- Asked before the first password is hashed, which takes long on purpose: who may not add anybody costs nothing.
create or replace function control_center.begin_add_operator(p_operator_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'admin');
end
$$;
comment on function control_center.begin_add_operator is
    'Asks whether somebody may take on others in the control center, before a password is hashed for it. Refuses operator_unknown, role_not_sufficient.';
