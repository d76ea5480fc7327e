create or replace function logic.readiness()
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'database', 'ok',
        'events_waiting', o.waiting,
        'oldest_event_seconds', coalesce(extract(epoch from logic.now() - o.oldest), 0),
        'overdue_deadlines', (select count(*) from logic.due_now(100)),
        'oldest_deadline_seconds', coalesce(
            (select extract(epoch from logic.now() - min(d.due_at)) from logic.due_now(1) d), 0
        ),
        'last_worked_seconds', coalesce(
            (select jsonb_object_agg(h.process, extract(epoch from logic.now() - h.at)) from data.heartbeats h), '{}'
        )
    )
    from (
        select count(*) as waiting, min(at) as oldest
        from (select at from data.outbox order by event_id limit 1000) recent
    ) o
$$;
comment on function logic.readiness is
    'What a readiness probe needs: {database, events_waiting (1000 at most), oldest_event_seconds, overdue_deadlines (100 at most), oldest_deadline_seconds, last_worked_seconds (ago, by process)}.';
