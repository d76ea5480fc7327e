create or replace function control_center.list_operators(p_operator_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'admin');
    return (
        select jsonb_build_object(
            'rows', coalesce(jsonb_agg(logic.operator_json(u) order by u.display_name, u.id), '[]'), 'total', count(*)
        )
        from data.cc_users u
    );
end
$$;
comment on function control_center.list_operators is
    'All operators, for an admin: {rows, total}. Refuses operator_unknown, role_not_sufficient.';
