-- This month and the next two: a job that fails for weeks still costs nothing, so it waits for no lock for long.
create or replace function logic.make_partitions()
returns void
language sql volatile security definer set search_path = '' set lock_timeout = '500ms'
as $$
    select logic.create_partition(t.name, m::date)
    from (values ('events'), ('chat_messages')) t (name),
        generate_series(
            date_trunc('month', logic.now() at time zone 'UTC'),
            date_trunc('month', logic.now() at time zone 'UTC') + interval '2 months',
            interval '1 month'
        ) m
$$;
comment on function logic.make_partitions is 'Makes the partitions of events and messages for this month and the next two.';
