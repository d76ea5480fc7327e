-- This month and the next two: a job that fails for weeks still costs nothing, so it waits for no lock for long. After
-- months without it the ones that passed are made too, or what lies in the default partition would be kept for good.
-- All are filled before the first lock. Messages before events, in the order in which whoever sends one writes them;
-- pg_cron makes those of each table in a transaction of its own, so that it holds neither while it waits for the other.
create or replace function logic.make_partitions(
    p_since timestamptz default 'infinity', p_tables text[] default array['chat_messages', 'events']
)
returns void
language plpgsql volatile security definer set search_path = '' set lock_timeout = '500ms'
as $$
declare
    v_table text;
    v_months date[] := array(
        select m::date
        from generate_series(
            date_trunc('month', least(
                p_since, logic.now(),
                (select min(sent_at) from data.chat_messages_default), (select min(at) from data.events_default)
            ) at time zone 'UTC'),
            date_trunc('month', logic.now() at time zone 'UTC') + interval '2 months',
            interval '1 month'
        ) m
    );
    v_month date;
begin
    foreach v_table in array p_tables loop
        foreach v_month in array v_months loop
            perform logic.create_partition(v_table, v_month);
        end loop;
    end loop;
    foreach v_table in array p_tables loop
        foreach v_month in array v_months loop
            perform logic.attach_partition(v_table, v_month);
        end loop;
    end loop;
    perform logic.guard_partitions();
end
$$;
comment on function logic.make_partitions is
    'Makes the partitions of events and messages for this month and the next two, for months that passed without, and for all from p_since on.';
