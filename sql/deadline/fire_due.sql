-- Guarantees: each due row is fired once, by whichever caller comes first. A row that fails is recorded, retried with
-- growing pauses, and holds up no other. No state lock is waited for, so a batch of rows in any order cannot deadlock.
-- A locked row is left to the next call; this one looks beyond it, so that rows that stay locked, however many, hold up
-- no other.
create or replace function logic.fire_due(p_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_due record;
    v_fired integer := 0;
    v_failed integer := 0;
    v_held text[] := array[]::text[];
    v_most integer;
    v_looked integer;
begin
    while v_fired + v_failed < p_limit loop
        v_most := p_limit - v_fired - v_failed + cardinality(v_held);
        v_looked := 0;
        for v_due in
            select d.kind, d.id
            from logic.due_now(v_most + cardinality(v_held)) d
            where d.kind || d.id <> all (v_held)
        loop
            exit when v_fired + v_failed = p_limit;
            v_looked := v_looked + 1;
            begin
                if logic.fire(v_due.kind, v_due.id) then
                    v_fired := v_fired + 1;
                else
                    v_held := v_held || (v_due.kind || v_due.id);
                end if;
            exception when others then
                v_failed := v_failed + 1;
                perform logic.record_deadline_error(v_due.kind, v_due.id, sqlerrm);
            end;
        end loop;
        exit when v_looked < v_most;
    end loop;
    perform logic.forget_deadline_errors();
    perform logic.note_staffing();
    return v_fired;
end
$$;
comment on function logic.fire_due is 'Fires up to p_limit due deadlines, the most overdue first; returns how many.';
