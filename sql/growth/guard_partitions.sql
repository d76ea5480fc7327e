-- Partitions inherit triggers on rows, but not those on truncate.
create or replace function logic.guard_partitions()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_partition text;
begin
    for v_partition in
        select c.relname::text
        from pg_catalog.pg_inherits i
        join pg_catalog.pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'data.events'::regclass
            and not exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid and t.tgname = 'events_not_emptied')
    loop
        execute format(
            'create trigger events_not_emptied before truncate on data.%I for each statement execute function logic.%I()',
            v_partition, 'guard_events'
        );
    end loop;
end
$$;
comment on function logic.guard_partitions is 'Adds the trigger that keeps partitions of events from being truncated.';
