-- Dropping takes a lock that everybody waits behind: it is waited for a second at most, and tried again an hour later.
create or replace function logic.drop_old_partitions()
returns void
language plpgsql volatile security definer set search_path = '' set lock_timeout = '1s'
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
