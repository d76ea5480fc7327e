-- This month and the next two: a job that fails for weeks still costs nothing, so it waits for no lock for long. After
-- months without it the ones that passed are made too, or what lies in the default partition would be kept for good.
-- Messages before events, in the order in which whoever sends one writes them.
create or replace function logic.make_partitions()
returns void
language plpgsql volatile security definer set search_path = '' set lock_timeout = '500ms'
as $$
declare
    v_month record;
begin
    for v_month in
        select t.name, m::date as first_day
        from (values
            (1, 'chat_messages', (select min(sent_at) from data.chat_messages_default)),
            (2, 'events', (select min(at) from data.events_default))
        ) t (position, name, oldest),
            generate_series(
                date_trunc('month', least(t.oldest, logic.now()) at time zone 'UTC'),
                date_trunc('month', logic.now() at time zone 'UTC') + interval '2 months',
                interval '1 month'
            ) m
        order by t.position, m
    loop
        perform logic.create_partition(v_month.name, v_month.first_day);
    end loop;
end
$$;
comment on function logic.make_partitions is
    'Makes the partitions of events and messages for this month and the next two, and for months that passed without.';
