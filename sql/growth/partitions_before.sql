create or replace function logic.partitions_before(p_table text, p_keep_days integer)
returns table (name text)
language sql stable security definer set search_path = ''
as $$
    select c.relname::text
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = format('data.%I', p_table)::regclass
        and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
        and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= logic.now() at time zone 'UTC' - make_interval(days => p_keep_days)
$$;
comment on function logic.partitions_before is 'The partitions of a table that hold only rows older than this many days.';
