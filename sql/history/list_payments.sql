create or replace function api.list_payments(p_customer_id uuid, p_cursor text default null, p_limit integer default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_limit integer := logic.page_size(p_limit, 20, 100);
    v_before timestamptz := logic.cursor_time(p_cursor);
    v_before_id uuid := logic.cursor_id(p_cursor);
    v_page data.payment_sessions[];
begin
    perform logic.check_given(jsonb_build_object('p_customer_id', p_customer_id));
    v_page := array(
        select p
        from data.payment_sessions p
        where p.customer_id = p_customer_id and (p.created_at, p.id) < (v_before, v_before_id) and p.confirmed_at is not null
        order by p.created_at desc, p.id desc
        limit v_limit + 1
    );
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(logic.receipt_json(p) order by p.created_at desc, p.id desc), '[]')
            from unnest(v_page[:v_limit]) p
        ),
        'next', case when cardinality(v_page) > v_limit then logic.cursor_of((v_page[v_limit]).created_at, (v_page[v_limit]).id) end
    );
end
$$;
comment on function api.list_payments is
    'What a customer has paid for and what became of it, newest first: {rows, next}. outcome: waiting, used, under_review, refunded, credited, no_action or not_charged. from_credit: how much of it credit paid. p_limit 1 to 100, 20 without it. Refuses invalid_cursor, argument_missing.';
