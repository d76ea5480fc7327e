create or replace function logic.customer_rows(p_customer_ids uuid[])
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(logic.customer_row(u) order by i.position), '[]')
        from unnest(p_customer_ids) with ordinality i (id, position)
        join data.users u on u.id = i.id
    );
end
$$;
comment on function logic.customer_rows is 'Customers as operators see them, in the order given.';
