-- Where events are older than migration 0021, its functions came some moments after it.
create or replace function logic.noted_since()
returns timestamptz
language sql stable security definer set search_path = ''
as $$
    select coalesce(
        (
            select m.applied_at + interval '1 hour'
            from data.applied_migrations m
            where m.id like '0021.%' and exists (select from data.handed_on where since = '-infinity')
        ),
        '-infinity'
    )
$$;
comment on function logic.noted_since is 'The time since which every event has a digest and is noted when handed on.';
