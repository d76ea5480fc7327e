-- Checked in the transaction that takes money or a mitra's time, so that no token, however fresh, gets around a block.
-- Refuses: account_blocked.
create or replace function logic.check_not_blocked(p_customer_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if exists (select from data.users where id = p_customer_id and blocked_at is not null) then
        perform logic.refuse(403, 'account_blocked', 'This account is blocked.');
    end if;
end
$$;
comment on function logic.check_not_blocked is 'Refuses a customer who is blocked.';
