create or replace function control_center.list_users(
    p_operator_id uuid, p_search text default null, p_cursor text default null, p_limit integer default null
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_limit integer := logic.page_size(p_limit, 50, 100);
    v_page uuid[];
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    if p_search is null then
        v_page := array(
            select u.id from data.users u
            where (u.created_at, u.id) < (logic.cursor_time(p_cursor), logic.cursor_id(p_cursor))
            order by u.created_at desc, u.id desc
            limit v_limit + 1
        );
    else
        v_page := logic.best_customers(p_search, v_limit + 1);
    end if;
    return jsonb_build_object(
        'rows', logic.customer_rows(v_page[:v_limit]),
        'next', case when p_search is null and cardinality(v_page) > v_limit then
            (select logic.cursor_of(u.created_at, u.id) from data.users u where u.id = v_page[v_limit])
        end,
        'more', cardinality(v_page) > v_limit
    );
end
$$;
comment on function control_center.list_users is
    'Customers, the newest first, or those who match a search best: {rows, next, more}. For viewers. Refuses operator_unknown, search_too_short, invalid_cursor.';
