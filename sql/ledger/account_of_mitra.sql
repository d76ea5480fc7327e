create or replace function logic.account_of_mitra(p_mitra_id uuid)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_account_id bigint;
begin
    select id into v_account_id from data.accounts where mitra_id = p_mitra_id;
    if not found then
        insert into data.accounts (kind, mitra_id, balance) values ('mitra_payable', p_mitra_id, 0)
        on conflict (mitra_id) where mitra_id is not null do nothing;
        select id into v_account_id from data.accounts where mitra_id = p_mitra_id;
    end if;
    return v_account_id;
end
$$;
comment on function logic.account_of_mitra is 'The id of the account of what a mitra is owed, which is opened if they have none.';
