-- pg_cron before 1.5 knows minutes only, so its job runs for one and looks every second. Every version can run this, so
-- it is the only way. A procedure that commits can have neither security definer nor a pinned search_path.
-- logic.now() is the time when the transaction began, so none begins before the sleep and fires after it.
-- pg_cron passes its session no settings: lock waits are bounded here, and the rest is set for its login in this
-- database by `curhat migrate`. The statement_timeout of a running call cannot be changed, so one that was set since is
-- reset for the next minute.
create or replace procedure logic.fire_deadlines_for_a_minute()
language plpgsql security invoker
as $$
declare
    v_until timestamptz := pg_catalog.clock_timestamp() + interval '58.5 seconds';
begin
    perform pg_catalog.set_config('lock_timeout', '2s', false);
    if pg_catalog.current_setting('statement_timeout') <> '0' then
        execute pg_catalog.format(
            'alter role %I in database %I set statement_timeout to 0', session_user, pg_catalog.current_database()
        );
    end if;
    commit;
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
    'The job of pg_cron for each minute: fires due deadlines once a second, with every process of ours dead.';
