-- This month and the next two: a job that fails for weeks costs nothing, so it waits for no lock for long. Missed
-- months are made too, or rows in the default partition would be kept for ever. All are filled before the first lock.
-- Messages come before events, as in a transaction that sends a message; pg_cron makes each table's in a transaction of
-- its own, so that it never holds one while it waits for the other.
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
    'Makes the partitions of events and messages for this month and the next two, for missed months, and for all from p_since on.';
