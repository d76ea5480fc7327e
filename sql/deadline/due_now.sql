create or replace function logic.due_now(p_limit integer)
returns table (kind text, id uuid, due_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query select w.kind, w.id, w.due_at from logic.next_waits(logic.now(), p_limit) w;
end
$$;
comment on function logic.due_now is 'Due deadlines, the most overdue first, without those that failed a moment ago.';
