create or replace function logic.credit_of(p_customer_id uuid)
returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
    return coalesce((select balance from data.accounts where customer_id = p_customer_id), 0);
end
$$;
comment on function logic.credit_of is 'A customer''s credit, in rupiah.';
