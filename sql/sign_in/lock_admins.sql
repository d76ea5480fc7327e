-- In one order, so that two admins who demote each other queue up.
-- Locks: every admin.
create or replace function logic.lock_admins()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform from data.cc_users where role = 'admin' and active order by id for no key update;
end
$$;
comment on function logic.lock_admins is 'Nobody becomes or ceases to be an admin until this transaction is over.';
