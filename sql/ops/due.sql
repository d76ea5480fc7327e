create or replace function ops.due()
returns table (kind text, id uuid, due_at timestamptz, overdue interval, waits_for text, error text)
language sql stable security definer set search_path = ''
as $$
    select w.kind, w.id, w.due_at, logic.now() - w.due_at, w.meaning, e.error
    from logic.waits w
    left join data.deadline_errors e on e.kind = w.kind and e.id = w.id
    order by w.due_at
$$;
comment on function ops.due is 'Everything that waits, the most overdue first: since when it is due (negative: still to come), and for what.';
