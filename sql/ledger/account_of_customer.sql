create or replace function logic.account_of_customer(p_customer_id uuid)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_account_id bigint;
begin
    select id into v_account_id from data.accounts where customer_id = p_customer_id;
    if not found then
        insert into data.accounts (kind, customer_id, balance) values ('credit', p_customer_id, 0)
        on conflict (customer_id) where customer_id is not null do nothing;
        select id into v_account_id from data.accounts where customer_id = p_customer_id;
    end if;
    return v_account_id;
end
$$;
comment on function logic.account_of_customer is 'The id of a customer''s credit account, which is opened if they have none.';
