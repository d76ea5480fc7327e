-- A row that waits because no process runs breaks no promise; ops.due() and ops.health() show it. A process that has
-- just come back has a minute to catch up.
create or replace function logic.audit_deadlines()
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with at_work as (
        select h.process from data.heartbeats h
        where h.at > logic.now() - interval '15 seconds' and h.since < logic.now() - interval '1 minute'
    )
    select 'no deadline is overdue by more than five seconds', w.kind, w.id::text, format('due at %s', w.due_at)
    from logic.waits w
    where w.due_at < logic.now() - interval '5 seconds'
        and exists (select from at_work a where a.process in ('deadline listener', 'pg_cron'))
    union all
    select 'every deadline can be fired', e.kind, e.id::text, format('failed %s times: %s', e.attempts, e.error)
    from data.deadline_errors e
    union all
    select 'no event waits undelivered for more than ten seconds', 'event', o.event_id::text, format('since %s', o.at)
    from data.outbox o
    where o.at < logic.now() - interval '10 seconds' and exists (select from at_work a where a.process = 'relay');
end
$$;
comment on function logic.audit_deadlines is 'Deadlines that fail, or stay overdue while a process fires them; events that wait while the relay works.';
