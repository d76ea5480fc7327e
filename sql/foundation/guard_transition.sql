-- Refuses every edge that logic.transitions does not list, to every role. Argument: the entity.
-- Refuses: illegal_transition.
create or replace function logic.guard_transition()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_from text := case when tg_op = 'UPDATE' then old.status end;
begin
    if tg_op = 'UPDATE' and new.status = old.status then
        return new;
    end if;
    if not exists (
        select from logic.transitions t
        where t.entity = tg_argv[0] and t.from_status is not distinct from v_from and t.to_status = new.status
    ) then
        perform logic.refuse(409, 'illegal_transition', format(
            'A %s cannot go from %s to %s.', replace(tg_argv[0], '_', ' '), coalesce(v_from, 'nothing'), new.status
        ));
    end if;
    return new;
end
$$;
comment on function logic.guard_transition is 'Trigger: allows only changes of status in logic.transitions.';
