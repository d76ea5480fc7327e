-- Refuses: invalid_cursor.
create or replace function logic.transfers_page(p_account data.accounts, p_cursor text, p_limit integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_limit integer := logic.page_size(p_limit, 20, 100);
begin
    return (
        select jsonb_build_object(
            'balance', coalesce(p_account.balance, 0),
            'rows', coalesce(jsonb_agg(to_jsonb(t) - 'place' order by t.place) filter (where t.place <= v_limit), '[]'),
            'next', case when count(*) > v_limit then (array_agg(logic.cursor_of(t.at, t.id) order by t.place))[v_limit] end
        )
        from (
            select r.*, row_number() over (order by r.at desc, r.id desc) as place
            from logic.person_transfers(p_account.id, logic.cursor_time(p_cursor), logic.cursor_id(p_cursor), v_limit + 1) r
        ) t
    );
end
$$;
comment on function logic.transfers_page is 'A person''s account: its balance, and a page of its transfers: {balance, rows, next}.';
