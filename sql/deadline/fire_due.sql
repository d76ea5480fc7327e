-- Guarantees: what is due is fired once, by whichever caller comes first; a row that fails is recorded, tried again
-- with growing pauses, and holds up no other; no state lock is ever waited for, so that a batch of rows in no order
-- of theirs cannot deadlock. A row that somebody holds is in good hands, and is looked at again by the next call.
create or replace function logic.fire_due(p_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_due record;
    v_fired integer := 0;
begin
    for v_due in select kind, id from logic.due_now(p_limit) loop
        begin
            if logic.fire(v_due.kind, v_due.id) then
                v_fired := v_fired + 1;
            end if;
        exception when others then
            perform logic.record_deadline_error(v_due.kind, v_due.id, sqlerrm);
        end;
    end loop;
    perform logic.forget_deadline_errors();
    perform logic.note_staffing();
    return v_fired;
end
$$;
comment on function logic.fire_due is 'Fires up to p_limit due deadlines, the most overdue first; returns how many.';
