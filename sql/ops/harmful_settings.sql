-- What only a superuser can set, and what no session of ours can say for itself: as the server has it, and as it is
-- written down for a login or a database. Our own sessions say the rest (app/postgres/sessions.py).
create or replace function logic.harmful_settings()
returns table (name text, value text, harm text)
language sql stable security definer set search_path = ''
as $$
    with wanted (name, value, harm) as (
        values
            ('fsync', 'on', 'what was confirmed may be lost when the machine dies'),
            ('full_page_writes', 'on', 'pages may be torn when the machine dies'),
            ('zero_damaged_pages', 'off', 'damaged rows vanish in silence'),
            ('ignore_checksum_failure', 'off', 'damaged rows are read as if they were whole'),
            ('session_replication_role', 'origin', 'triggers and foreign keys are not heeded'),
            ('allow_system_table_mods', 'off', 'the catalog can be changed by hand'),
            ('track_counts', 'on', 'nothing is vacuumed by itself'),
            ('autovacuum', 'on', 'nothing is vacuumed by itself'),
            ('track_activities', 'on', 'nobody can see who holds a lock')
    ),
    found (name, value) as (
        select s.name, s.reset_val from pg_catalog.pg_settings s
        union
        select split_part(c, '=', 1), split_part(c, '=', 2)
        from pg_catalog.pg_db_role_setting r, unnest(r.setconfig) c
        where r.setdatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
    )
    select f.name, f.value, w.harm
    from wanted w
    join found f on f.name = w.name and f.value <> w.value
$$;
comment on function logic.harmful_settings is
    'Settings that only a superuser can change and that break what is promised, with what comes of each.';
