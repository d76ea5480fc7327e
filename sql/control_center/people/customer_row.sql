create or replace function logic.customer_row(p_customer data.users)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'id', p_customer.id,
        'display_name', p_customer.display_name,
        'phone', p_customer.phone,
        'created_at', p_customer.created_at
    )
$$;
comment on function logic.customer_row is 'A customer as operators see them.';
