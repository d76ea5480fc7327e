-- Keyset, newest first: p_cursor is the `next` of the page before.
create or replace function control_center.list_config_history(
    p_operator_id uuid, p_key text default null, p_cursor text default null, p_limit integer default null
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_limit integer := logic.page_size(p_limit, 50, 100);
    v_before bigint;
    v_page bigint[];
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    v_before := logic.cursor_number(p_cursor);
    v_page := array(
        select h.id
        from data.app_config_history h
        where h.id < v_before and (p_key is null or h.key = p_key)
        order by h.id desc
        limit v_limit + 1
    );
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(to_jsonb(h) - 'id' order by h.id desc), '[]')
            from control_center.config_history h
            where h.id = any (v_page[:v_limit])
        ),
        'next', case when cardinality(v_page) > v_limit then v_page[v_limit]::text end
    );
end
$$;
comment on function control_center.list_config_history is
    'What settings were changed to, newest first: {rows, next}; p_key: of one setting. For viewers. Refuses operator_unknown, invalid_cursor.';
