-- Every invariant of the product as a query. Each area is a function of its own, logic.audit_<area>, found by its name.
-- Live rows are always checked, rows that are over from p_since on. An area that fails, for example on a malformed
-- value, says so and hides no other.
-- Planned for each call, by how far back it looks; without JIT, since the queries are short.
create or replace function ops.audit(p_since timestamptz default '-infinity')
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan' set jit = 'off'
as $$
declare
    v_since timestamptz := coalesce(p_since, '-infinity');
    v_part record;
begin
    for v_part in
        select p.proname as name, p.pronargs = 0 as is_of_now
        from pg_catalog.pg_proc p
        where p.pronamespace = 'logic'::regnamespace and starts_with(p.proname, 'audit_')
        order by p.proname
    loop
        begin
            if v_part.is_of_now then
                return query execute format('select * from logic.%I()', v_part.name);
            else
                return query execute format('select * from logic.%I($1)', v_part.name) using v_since;
            end if;
        exception when others then
            return query select 'every part of the audit can be run', 'audit', v_part.name::text, sqlerrm;
        end;
    end loop;
end
$$;
comment on function ops.audit is
    'Every broken invariant as a row (invariant, entity, entity_id, detail); none when all is well. p_since: check rows that are over from then on; null or left out: all. Rows that only wait because no process runs are in ops.due() and ops.health().';
