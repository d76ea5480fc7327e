-- pg_cron before 1.5 knows minutes only, so its job runs for one and looks every second. Every version can run
-- this, so it is the only way. A procedure that commits can have neither security definer nor a pinned search_path.
-- The time that every rule goes by is when the transaction began, so none begins before the sleep and fires after it.
create or replace procedure logic.fire_deadlines_for_a_minute()
language plpgsql security invoker
as $$
declare
    v_until timestamptz := pg_catalog.clock_timestamp() + interval '58.5 seconds';
begin
    while pg_catalog.clock_timestamp() < v_until loop
        perform logic.beat('pg_cron');
        while logic.fire_due(100) = 100 loop
            commit;
        end loop;
        commit;
        perform pg_catalog.pg_sleep(1);
        commit;
    end loop;
end
$$;
comment on procedure logic.fire_deadlines_for_a_minute is
    'What pg_cron runs each minute: fires what is due once a second, with every process of ours dead.';
