create or replace function logic.failure_rows(p_failure_ids uuid[])
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(to_jsonb(f) order by f.created_at desc, f.id desc), '[]')
        from unnest(p_failure_ids) i (id)
        cross join lateral (select * from control_center.failed_pairings s where s.id = i.id limit 1) f
    );
end
$$;
comment on function logic.failure_rows is 'Failures as operators see them, newest first.';
