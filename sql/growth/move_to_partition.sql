-- A moved event is deleted and inserted: `curhat.moves_events` allows that, for this statement alone.
create or replace function logic.move_to_partition(p_table text, p_month date)
returns void
language plpgsql volatile security definer set search_path = '' set datestyle = 'ISO' set timezone = 'UTC'
as $$
begin
    perform set_config('curhat.moves_events', 'on', true);
    execute format(
        'with moved as (delete from data.%1$I where %2$I >= %3$L and %2$I < %4$L returning *) insert into data.%5$I select * from moved',
        p_table || '_default', case p_table when 'events' then 'at' else 'sent_at' end,
        p_month::timestamp at time zone 'UTC', (p_month + interval '1 month') at time zone 'UTC',
        logic.partition_name(p_table, p_month)
    );
    perform set_config('curhat.moves_events', '', true);
end
$$;
comment on function logic.move_to_partition is
    'Moves that month''s rows from a table''s default partition to the month''s own, which is not attached yet.';
