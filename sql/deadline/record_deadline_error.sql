create or replace function logic.record_deadline_error(p_kind text, p_id uuid, p_error text)
returns void
language sql volatile security definer set search_path = ''
as $$
    insert into data.deadline_errors as e (kind, id, error, first_at, retry_at)
    values (p_kind, p_id, p_error, logic.now(), logic.now() + interval '1 second')
    on conflict (kind, id) do update
    set error = excluded.error,
        attempts = e.attempts + 1,
        retry_at = logic.now() + make_interval(secs => least(60, 2 ^ least(e.attempts, 6)))
$$;
comment on function logic.record_deadline_error is 'Remembers that a deadline could not be fired; it is tried again after 1, 2, 4 … 60 seconds.';
