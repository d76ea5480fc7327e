-- From its lock on nobody writes to the table until the caller commits: a writer that waited for the default partition
-- would already have chosen it, and fail once the month has its own. A month that has not begun blocks nobody.
create or replace function logic.attach_partition(p_table text, p_month date)
returns void
language plpgsql volatile security definer set search_path = '' set datestyle = 'ISO' set timezone = 'UTC'
as $$
declare
    v_name text := logic.partition_name(p_table, p_month);
begin
    if exists (select from pg_catalog.pg_inherits where inhrelid = to_regclass('data.' || v_name)) then
        return;
    end if;
    if p_month <= logic.now() at time zone 'UTC' then
        execute format('lock table only data.%I in access exclusive mode', p_table);
        perform logic.move_to_partition(p_table, p_month);
    end if;
    execute format(
        'alter table data.%I attach partition data.%I for values from (%L) to (%L)', p_table, v_name,
        p_month::timestamp at time zone 'UTC', (p_month + interval '1 month') at time zone 'UTC'
    );
end
$$;
comment on function logic.attach_partition is 'Makes one month''s partition part of its table, unless it is.';
