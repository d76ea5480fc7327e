-- Refuses: invalid_cause_tag, invalid_date, search_too_short, search_too_broad.
create or replace function logic.failure_filter(
    p_cause_tags text[], p_date_from text, p_date_to text, p_needs_action boolean,
    p_search text, p_customer_id uuid, p_mitra_id uuid
)
returns data.failure_filter
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_filter data.failure_filter;
begin
    perform logic.check_cause_tag(c) from unnest(p_cause_tags) c;
    v_filter.causes := case when cardinality(p_cause_tags) > 0 then array(select distinct unnest(p_cause_tags)) else logic.cause_tags() end;
    v_filter.needs := case when p_needs_action is null then array[true, false] else array[p_needs_action] end;
    v_filter.since := coalesce(logic.moment_of(p_date_from, false), '-infinity');
    v_filter.until := coalesce(logic.moment_of(p_date_to, true), 'infinity');
    v_filter.customer_id := p_customer_id;
    v_filter.mitra_id := p_mitra_id;
    v_filter.about := logic.failures_about(p_search);
    return v_filter;
end
$$;
comment on function logic.failure_filter is
    'The filter of a list of failures, parsed. Refuses invalid_cause_tag, invalid_date, search_too_short, search_too_broad.';
