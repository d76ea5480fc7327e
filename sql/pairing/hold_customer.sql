-- A block waits for a search that is about to begin, and then ends it; this waits for a block in progress. It comes
-- before the payment session, because a block locks in that order too.
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
comment on function logic.hold_customer is 'Keeps this customer from being blocked until the transaction is over; refuses one who is.';
