create or replace function api.ready()
returns jsonb
language sql stable security definer set search_path = ''
as $$ select logic.readiness() $$;
comment on function api.ready is
    'What a readiness probe of the public server needs: {database, events_waiting (1000 at most), oldest_event_seconds, overdue_deadlines (100 at most), oldest_deadline_seconds, last_worked_seconds (ago, by process)}.';
