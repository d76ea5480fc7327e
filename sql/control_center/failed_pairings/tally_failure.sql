-- Appends what a change adds to one count and takes from another. Nothing is updated, so no transaction waits here.
create or replace function logic.tally_failure()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if tg_op <> 'INSERT' then
        insert into data.failure_tallies (day, cause_tag, needs_action, failures, amount)
        values (logic.day_of(old.created_at), old.cause_tag, old.needs_action, -1, -old.amount);
    end if;
    if tg_op <> 'DELETE' then
        insert into data.failure_tallies (day, cause_tag, needs_action, failures, amount)
        values (logic.day_of(new.created_at), new.cause_tag, new.needs_action, 1, new.amount);
    end if;
    return null;
end
$$;
comment on function logic.tally_failure is 'Trigger: keeps the counts of failures exact, in the transaction of the change.';
