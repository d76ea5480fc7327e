create or replace function logic.mitra_rows(p_mitra_ids uuid[])
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(to_jsonb(m) order by i.position), '[]')
        from unnest(p_mitra_ids) with ordinality i (id, position)
        cross join lateral (select * from control_center.mitra_board s where s.id = i.id limit 1) m
    );
end
$$;
comment on function logic.mitra_rows is 'Mitras as operators see them, in the order given.';
