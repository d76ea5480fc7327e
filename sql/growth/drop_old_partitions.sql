-- Dropping takes a lock that everybody queues behind, so it waits briefly and tries again an hour later. It locks two
-- tables in an order that others may not share: in a circle of waits it gives up first, before deadlock_timeout.
create or replace function logic.drop_old_partitions()
returns void
language plpgsql volatile security definer set search_path = '' set lock_timeout = '500ms'
as $$
declare
    v_name text;
begin
    for v_name in
        select logic.partitions_before('events', logic.setting_integer('event_retention_days'))
        union all
        select logic.partitions_before('chat_messages', logic.setting_integer('message_retention_days'))
    loop
        execute format('drop table data.%I', v_name);
    end loop;
end
$$;
comment on function logic.drop_old_partitions is 'Drops the partitions of events and messages that are wholly beyond their retention.';
