create or replace function ops.health()
returns table (item text, ok boolean, detail text)
language sql stable security definer set search_path = ''
as $$
    select p.process, coalesce(h.at > logic.now() - p.patience, false) and not coalesce(i.interrupted, false),
        case
            when i.interrupted then format('%s stops and begins again: twice within five minutes, last at %s', p.process, h.gaps[1])
            when h.at is null then format('%s has never worked in this database: %s', p.process, p.remedy)
            when p.process = 'pg_cron' and h.at <= logic.now() - p.patience then format(
                '%s last worked at %s: curhat migrate, in case its jobs name another server or were taken out; %s', p.process, h.at,
                'a restart of Postgres, in case its scheduler was ended (pg_terminate_backend), for it does not come back by itself'
            )
            else format('%s last worked at %s', p.process, h.at)
        end
    from (values
        ('relay', interval '15 seconds', 'run curhat listen'),
        ('deadline listener', interval '15 seconds', 'run curhat listen'),
        ('availability listener', interval '15 seconds', 'run curhat listen'),
        ('pg_cron', interval '90 seconds', 'load it with shared_preload_libraries, then run curhat migrate'),
        ('audit', interval '30 minutes', 'pg_cron runs it')
    ) p (process, patience, remedy)
    left join data.heartbeats h using (process)
    cross join lateral (
        select p.process <> 'audit' and cardinality(h.gaps) = 2 and h.gaps[2] > logic.now() - interval '5 minutes' as interrupted
    ) i
    union all
    select 'events are handed on', coalesce(min(o.at) > logic.now() - interval '10 seconds', true),
        format(case when count(*) < 10000 then '%s events wait' else '%s events wait, or more' end, count(*))
    from (select at from data.outbox order by event_id limit 10000) o
    union all
    select 'deadlines are fired', coalesce(min(w.due_at) > logic.now() - interval '5 seconds', true),
        format('%s wait, %s of them are due', count(*), count(*) filter (where w.due_at <= logic.now()))
    from logic.waits w
    union all
    select 'deadlines can be fired', count(*) = 0, format('%s failed', count(*)) from data.deadline_errors
    union all
    select 'partitions are made ahead', bool_and(to_regclass(
        'data.' || logic.partition_name(t.name, (logic.now() at time zone 'UTC' + interval '1 month')::date)
    ) is not null), 'of events and messages, for the next month'
    from (values ('events'), ('chat_messages')) t (name)
    union all
    select 'figures are kept',
        coalesce(
            f.hourly > logic.now() - interval '15 minutes' and f.daily > logic.now() - interval '15 minutes',
            (select min(created_at) from data.payment_sessions) > logic.now() - interval '15 minutes',
            true
        ),
        format('by the hour: %s, by the day: %s', coalesce(f.hourly::text, 'not yet'), coalesce(f.daily::text, 'not yet'))
    from (
        select (select computed_at from data.hourly_figures order by hour desc limit 1) as hourly,
            (select computed_at from data.daily_figures order by day desc limit 1) as daily
    ) f
    union all
    select 'codes are left', h.refused = 0 and h.sent < 0.8 * m.most,
        format('%s of %s codes in the last hour, %s refused: somebody may be asking for many (otp_most_per_hour)', h.sent, m.most, h.refused)
    from logic.codes_of_hour() h, (select logic.setting_integer('otp_most_per_hour') as most) m
    union all
    select 'settings keep the promise', count(*) = 0,
        coalesce(string_agg(format('%s is %s: %s', s.name, s.value, s.harm), '; ' order by s.name), 'no setting is in the way')
    from logic.harmful_settings() s
    union all
    select 'what is over is forgotten',
        not exists (select from data.idempotency_keys where created_at <= logic.now() - interval '1 day 3 hours')
        and not exists (select from data.sign_ins where expires_at <= logic.now() - interval '3 hours'),
        'idempotency keys after a day, sign-ins that have expired: every hour'
    union all
    select 'what is too old is dropped', count(p.name) = 0,
        coalesce(string_agg(p.name, ', ' order by p.name), 'no partition') || ' should have been dropped two nights ago'
    from (values ('events', 'event_retention_days'), ('chat_messages', 'message_retention_days')) t (name, setting)
    join data.app_config s on s.key = t.setting and s.updated_at < logic.now() - interval '2 days'
    cross join lateral logic.partitions_before(t.name, s.value::integer + 2) p
$$;
comment on function ops.health is 'What must be alive for the promise to hold: (item, ok, detail).';
