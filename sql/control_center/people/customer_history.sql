-- Refuses: invalid_cursor.
create or replace function logic.customer_history(p_customer_id uuid, p_cursor text, p_limit integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_before timestamptz := logic.cursor_time(p_cursor);
    v_before_id uuid := logic.cursor_id(p_cursor);
    v_page data.payment_sessions[];
    v_last data.payment_sessions;
begin
    v_page := array(
        select p
        from data.payment_sessions p
        where p.customer_id = p_customer_id and (p.created_at, p.id) < (v_before, v_before_id)
        order by p.created_at desc, p.id desc
        limit p_limit + 1
    );
    if cardinality(v_page) > p_limit then
        v_last := v_page[p_limit];
    end if;
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(logic.purchase_row(p) order by p.created_at desc, p.id desc), '[]')
            from unnest(v_page[:p_limit]) p
        ),
        'next', logic.cursor_of(v_last.created_at, v_last.id)
    );
end
$$;
comment on function logic.customer_history is 'A page of a customer''s payment sessions, newest first: {rows, next}. Refuses invalid_cursor.';
