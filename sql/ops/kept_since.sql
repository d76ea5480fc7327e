-- A longer retention brings nothing back: the partitions that exist say what was dropped.
create or replace function logic.kept_since(p_table text, p_keep_days integer)
returns timestamptz
language sql stable security definer set search_path = ''
as $$
    select greatest(
        logic.now() - make_interval(days => p_keep_days),
        min(to_date(right(c.relname, 7), 'YYYY_MM'))::timestamp at time zone 'UTC'
    )
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = format('data.%I', p_table)::regclass and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
$$;
comment on function logic.kept_since is 'The time since which a partitioned table is complete, given its retention in days.';
