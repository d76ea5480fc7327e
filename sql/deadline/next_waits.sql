create or replace function logic.next_waits(p_until timestamptz, p_limit integer)
returns table (kind text, id uuid, due_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_failed bigint := (select count(*) from data.deadline_errors e where e.retry_at > logic.now());
begin
    return query
    select w.kind, w.id, w.due_at
    from logic.first_waits(p_until, p_limit + v_failed) w
    where v_failed = 0 or not exists (
        select from data.deadline_errors e
        where e.kind = w.kind and e.id = w.id and e.retry_at > logic.now()
    )
    order by w.due_at
    limit p_limit;
end
$$;
comment on function logic.next_waits is
    'The next p_limit deadlines that are due by p_until, the nearest first, without those that failed a moment ago.';
