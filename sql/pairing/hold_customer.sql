-- A block waits for whoever is about to begin a search, and then ends it; one that is being made is waited for. It comes
-- before the payment session, since a block locks in that order too.
-- Locks: customer, in share.
-- Refuses: account_blocked.
create or replace function logic.hold_customer(p_customer_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform from data.users where id = p_customer_id for share;
    perform logic.check_not_blocked(p_customer_id);
end
$$;
comment on function logic.hold_customer is 'Nobody blocks this customer until the transaction is over; refuses one who is blocked.';
