-- A month that nobody made because nothing ran has no rows anywhere.
create or replace function logic.audit_partitions()
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with made as (
        select t.name, to_date(right(c.relname, 7), 'YYYY_MM') as month
        from (values ('events'), ('chat_messages')) t (name)
        join pg_catalog.pg_inherits i on i.inhparent = to_regclass('data.' || t.name)
        join pg_catalog.pg_class c on c.oid = i.inhrelid
        where c.relname ~ '_[0-9]{4}_[0-9]{2}$'
    ),
    months as (
        select m.name, g.month::date as month
        from (select x.name, min(x.month) as first, max(x.month) as last from made x group by x.name) m
        cross join lateral generate_series(m.first, m.last, interval '1 month') g (month)
    )
    select 'no month that was kept is gone', 'partition', logic.partition_name(m.name, m.month), 'missing between its neighbours'
    from months m
    where not exists (select from made x where x.name = m.name and x.month = m.month) and exists (
        select from data.payment_sessions p
        where p.created_at >= m.month::timestamp at time zone 'UTC'
            and p.created_at < (m.month + interval '1 month') at time zone 'UTC'
    );
end
$$;
comment on function logic.audit_partitions is 'Months of events or messages whose partition is gone.';
