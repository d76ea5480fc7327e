-- Refuses: customer_not_found.
create or replace function logic.find_customer(p_customer_id uuid)
returns data.users
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_customer data.users;
begin
    select * into v_customer from data.users where id = p_customer_id;
    if not found then
        perform logic.refuse(404, 'customer_not_found', 'There is no such customer.');
    end if;
    return v_customer;
end
$$;
comment on function logic.find_customer is 'A customer.';
