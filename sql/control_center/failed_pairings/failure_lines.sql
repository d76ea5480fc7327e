create or replace function logic.failure_lines(p_failure_ids uuid[])
returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(string_agg(f.line, '' order by f.created_at desc, f.id desc), '')
        from unnest(p_failure_ids) i (id)
        cross join lateral (
            select s.created_at, s.id, logic.failure_csv(s) as line
            from control_center.failed_pairings s
            where s.id = i.id
            limit 1
        ) f
    );
end
$$;
comment on function logic.failure_lines is 'Failures as lines of a CSV file, newest first.';
