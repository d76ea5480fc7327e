create or replace function logic.due_now(p_limit integer)
returns table (kind text, id uuid, due_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select w.kind, w.id, w.due_at
    from logic.waits w
    where w.due_at <= logic.now()
        and not exists (
            select from data.deadline_errors e
            where e.kind = w.kind and e.id = w.id and e.retry_at > logic.now()
        )
    order by w.due_at
    limit p_limit;
end
$$;
comment on function logic.due_now is 'What is due, the most overdue first, without what failed a moment ago.';
