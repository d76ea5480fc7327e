-- Two changes of prices queue up; whoever reads or buys does not wait.
create or replace function logic.lock_prices()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    lock table data.price_tiers in share row exclusive mode;
end
$$;
comment on function logic.lock_prices is 'Lets only this transaction change prices.';
