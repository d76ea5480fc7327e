create or replace function logic.append_operator_event(p_operator data.cc_users, p_change text, p_who text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.append_event(
        'OPERATOR_CHANGED', 'operator', p_operator.id, null, null, null, null, 'operator:' || p_who,
        jsonb_build_object(
            'operator_id', p_operator.id, 'email', p_operator.email, 'role', p_operator.role, 'active', p_operator.active,
            'change', p_change
        )
    );
end
$$;
comment on function logic.append_operator_event is 'Appends what happened to an operator: added, role, active or password.';
