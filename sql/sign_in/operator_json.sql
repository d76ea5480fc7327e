create or replace function logic.operator_json(p_operator data.cc_users)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'id', p_operator.id,
        'email', p_operator.email,
        'display_name', p_operator.display_name,
        'role', p_operator.role,
        'active', p_operator.active,
        'created_at', p_operator.created_at
    )
$$;
comment on function logic.operator_json is 'An operator, as an admin sees them.';
