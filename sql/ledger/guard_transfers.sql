-- Binds the owner too.
-- Refuses: transfers_are_append_only.
create or replace function logic.guard_transfers()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.refuse(409, 'transfers_are_append_only', 'Transfers are never changed or removed: post another.');
    return null;
end
$$;
comment on function logic.guard_transfers is 'Trigger: transfers are posted, never changed, deleted or truncated.';
