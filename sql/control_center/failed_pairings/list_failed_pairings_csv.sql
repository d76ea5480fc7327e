-- Piece by piece, so that no piece blocks others for long: p_cursor is the `next` of the piece before. A failure that
-- changes meanwhile is filtered and shown as it was when its piece was read.
create or replace function control_center.list_failed_pairings_csv(
    p_operator_id uuid, p_cause_tags text[] default null, p_date_from text default null, p_date_to text default null,
    p_needs_action boolean default null, p_search text default null, p_customer_id uuid default null,
    p_mitra_id uuid default null, p_limit integer default null, p_cursor text default null
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_limit integer := logic.page_size(p_limit, 1000, 5000);
    v_filter data.failure_filter;
    v_page uuid[];
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    v_filter := logic.failure_filter(p_cause_tags, p_date_from, p_date_to, p_needs_action, p_search, p_customer_id, p_mitra_id);
    v_page := logic.failure_page(
        v_filter, least(v_filter.until, logic.cursor_time(p_cursor)),
        case when logic.cursor_time(p_cursor) <= v_filter.until then logic.cursor_id(p_cursor) else '00000000-0000-0000-0000-000000000000' end,
        0, v_limit
    );
    return jsonb_build_object(
        'lines', case when p_cursor is null then logic.failure_csv_head() else '' end || logic.failure_lines(v_page),
        'next', case when cardinality(v_page) = v_limit then
            (select logic.cursor_of(f.created_at, f.id) from data.pairing_failures f where f.id = v_page[v_limit])
        end
    );
end
$$;
comment on function control_center.list_failed_pairings_csv is
    'A piece of the CSV file of the failures that match a filter: {lines, next}, the first with the head. For viewers. Refuses operator_unknown, invalid_cause_tag, invalid_date, search_too_short, search_too_broad, invalid_cursor.';
