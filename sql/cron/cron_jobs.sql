-- What pg_cron is to run in this database, its times in UTC (17 to 20 is the night in Jakarta). `curhat migrate` schedules it by name, and takes out what is not here.
create or replace view logic.cron_jobs (name, schedule, command) as
values
    ('deadlines', '* * * * *', 'call logic.fire_deadlines_for_a_minute()'),
    ('figures', '*/5 * * * *', 'select logic.refresh_daily_figures()'),
    ('make-partitions', '17 3 * * *', 'select logic.make_partitions()'),
    ('drop-old-partitions', '37 17-20 * * *', 'select logic.drop_old_partitions()'),
    ('idempotency-keys', '27 * * * *', 'select logic.purge_idempotency_keys()');
comment on view logic.cron_jobs is 'The jobs of pg_cron: name, schedule, command.';
