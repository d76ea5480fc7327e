-- Dates: a day in Jakarta (p_date_to inclusive), or an instant (p_date_to exclusive). p_needs_action null: all.
create or replace function control_center.list_failed_pairings(
    p_operator_id uuid, p_cause_tags text[] default null, p_date_from text default null, p_date_to text default null,
    p_needs_action boolean default null, p_search text default null, p_customer_id uuid default null,
    p_mitra_id uuid default null, p_limit integer default null, p_offset integer default null
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_limit integer := logic.page_size(p_limit, 50, 200);
    v_offset integer := least(greatest(coalesce(p_offset, 0), 0), 2000000000); -- there is room for a page after it
    v_filter data.failure_filter;
    v_place record;
    v_page uuid[];
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    v_filter := logic.failure_filter(p_cause_tags, p_date_from, p_date_to, p_needs_action, p_search, p_customer_id, p_mitra_id);
    if logic.names_people(v_filter) then
        select count(*) as total, coalesce(sum(f.amount), 0) as amount, array_agg(f.id order by f.created_at desc, f.id desc) as ids
        into v_place
        from logic.failures_of_people(v_filter) f;
        v_page := v_place.ids[v_offset + 1 : v_offset + v_limit];
    else
        select * into v_place from logic.failure_place(v_filter, v_offset, v_limit);
        v_filter.since := v_place.since;
        v_page := logic.failure_page(v_filter, v_place.until, '00000000-0000-0000-0000-000000000000', v_place.skipped, v_limit);
    end if;
    return jsonb_build_object('rows', logic.failure_rows(v_page), 'total', v_place.total, 'amount', v_place.amount);
end
$$;
comment on function control_center.list_failed_pairings is
    'Failures, newest first: {rows, total, amount}, of which total and amount (rupiah) are those of the whole filter. For viewers. Refuses operator_unknown, invalid_cause_tag, invalid_date, search_too_short, search_too_broad.';
