create or replace function api.seconds_to_next_deadline()
returns double precision
language sql stable security definer set search_path = ''
as $$
    select extract(epoch from min(w.due_at) - clock_timestamp())::double precision
    from logic.waits w
    where not exists (
        select from data.deadline_errors e
        where e.kind = w.kind and e.id = w.id and e.retry_at > logic.now()
    )
$$;
comment on function api.seconds_to_next_deadline is
    'Seconds until the next deadline by the server''s clock; 0 or less when one is overdue, null when nothing waits.';
