create or replace function logic.audit_deadlines()
returns table (invariant text, entity text, entity_id text, detail text)
language sql stable security definer set search_path = ''
as $$
    select 'no deadline is overdue by more than five seconds', w.kind, w.id::text, format('due at %s', w.due_at)
    from logic.waits w
    where w.due_at < logic.now() - interval '5 seconds'
    union all
    select 'every deadline can be fired', e.kind, e.id::text, format('failed %s times: %s', e.attempts, e.error)
    from data.deadline_errors e
    union all
    select 'no event waits undelivered for more than ten seconds', 'event', o.event_id::text, format('since %s', o.at)
    from data.outbox o
    where o.at < logic.now() - interval '10 seconds'
$$;
comment on function logic.audit_deadlines is 'Waits that nobody ended, and events that nobody delivered.';
