-- Those rows have fired, or ended in another way. Nearly always there is nothing to forget.
-- Locks: deadline_errors; none is waited for.
create or replace function logic.forget_deadline_errors()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if not exists (select from data.deadline_errors) then
        return;
    end if;
    with settled as (
        select e.kind, e.id
        from data.deadline_errors e
        where not exists (
            select from logic.waits w where w.kind = e.kind and w.id = e.id and w.due_at <= logic.now()
        )
        for update skip locked
    )
    delete from data.deadline_errors e using settled s where e.kind = s.kind and e.id = s.id;
end
$$;
comment on function logic.forget_deadline_errors is 'Forgets the errors of deadlines that are no longer due.';
