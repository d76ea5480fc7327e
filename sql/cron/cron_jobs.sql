-- The jobs of pg_cron in this database, their times in UTC (17 to 20 is night in Jakarta). `curhat migrate` schedules
-- them by name, and removes any other.
-- A restart of Postgres ends the job that fires deadlines, and the next minute may be a minute away: @reboot runs at
-- once.
create or replace view logic.cron_jobs (name, schedule, command, in_cron_database) as
values
    ('deadlines', '* * * * *', 'call logic.fire_deadlines_for_a_minute()', false),
    ('deadlines-after-restart', '@reboot', 'call logic.fire_deadlines_for_a_minute()', false),
    ('figures', '*/5 * * * *', 'select logic.refresh_daily_figures()', false),
    ('hourly-figures', '1-59/5 * * * *', 'select logic.refresh_hourly_figures()', false),
    ('failure-tallies', '2-59/5 * * * *', 'select logic.fold_failure_tallies()', false),
    ('handed-on', '4-59/5 * * * *', 'select logic.fold_handed_on()', false),
    ('account-days', '0-59/5 * * * *', 'select logic.refresh_account_days()', false),
    ('audit', '3-59/10 * * * *', 'select logic.refresh_audit_findings()', false),
    ('make-partitions', '17 3 * * *', $$select logic.make_partitions(p_tables => array['events'])$$, false),
    ('make-message-partitions', '22 3 * * *', $$select logic.make_partitions(p_tables => array['chat_messages'])$$, false),
    ('drop-old-partitions', '37 17-20 * * *', 'select logic.drop_old_partitions()', false),
    ('idempotency-keys', '27 * * * *', 'select logic.purge_idempotency_keys()', false),
    ('sign-ins', '47 * * * *', 'select logic.purge_sign_ins()', false),
    ('run-details', '7 * * * *', $$delete from cron.job_run_details where end_time < now() - interval '3 days'$$, true);
comment on view logic.cron_jobs is 'The jobs of pg_cron; in_cron_database: run where pg_cron keeps its own tables, not here.';
