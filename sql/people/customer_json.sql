create or replace function logic.customer_json(p_customer_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select jsonb_build_object('id', id, 'display_name', display_name) from data.users where id = p_customer_id);
end
$$;
comment on function logic.customer_json is 'What a mitra may see of a customer: {id, display_name}.';
