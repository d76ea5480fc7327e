create or replace function control_center.list_mitras(
    p_operator_id uuid, p_search text default null, p_presence text default null, p_limit integer default null,
    p_offset integer default null
)
returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
declare
    v_rank integer := array_position(array['online', 'unreachable', 'offline'], p_presence);
    v_name text := logic.name_pattern(p_search);
    v_phones text[] := logic.phone_patterns(p_search);
    v_page uuid[];
    v_total bigint;
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    perform logic.check_search(p_search);
    if p_presence is not null and v_rank is null then
        perform logic.refuse(400, 'invalid_presence', 'The presence is one of: online, unreachable, offline.');
    end if;
    with fitting as materialized (
        select m.id, m.display_name, logic.presence_rank(m) as rank
        from data.mitras m
        where (v_name is null or m.display_name ilike v_name or m.phone like any (v_phones))
            and (v_rank is null or logic.presence_rank(m) = v_rank)
    )
    select
        array(
            select f.id from fitting f
            order by f.rank, f.display_name, f.id
            limit logic.page_size(p_limit, 50, 200)
            offset greatest(coalesce(p_offset, 0), 0)
        ),
        (select count(*) from fitting)
    into v_page, v_total;
    return jsonb_build_object(
        'server_time', clock_timestamp(),
        'rows', logic.mitra_rows(v_page),
        'total', v_total,
        'counts', logic.presence_counts()
            || jsonb_build_object('offline', (select count(*) from data.mitras where not declared_online))
    );
end
$$;
comment on function control_center.list_mitras is
    'Mitras with presence and load, online ones first, then by name: {server_time, rows, total, counts}. For viewers. Refuses operator_unknown, search_too_short, invalid_presence.';
