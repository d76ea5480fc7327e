-- The counts by day say where a page lies, so that a page far back costs no more than the first.
create or replace function logic.failure_place(p_filter data.failure_filter, p_offset bigint, p_limit integer)
returns table (total bigint, amount bigint, since timestamptz, until timestamptz, skipped integer)
language sql stable security definer set search_path = ''
as $$
    with days as (
        select d.day, d.failures, d.amount, sum(d.failures) over (order by d.day desc) as passed
        from logic.failure_days(p_filter) d
    )
    select
        coalesce(sum(d.failures), 0)::bigint,
        coalesce(sum(d.amount), 0)::bigint,
        greatest(p_filter.since, logic.start_of_day(
            coalesce(max(d.day) filter (where d.passed >= p_offset + p_limit), min(d.day))
        )),
        case when max(d.passed) > p_offset then
            least(p_filter.until, logic.start_of_day(max(d.day) filter (where d.passed > p_offset) + 1))
        end,
        (p_offset - coalesce(max(d.passed) filter (where d.passed <= p_offset), 0))::integer
    from days d
$$;
comment on function logic.failure_place is
    'The totals of a filter without people, and where its rows from p_offset on lie: between since and until, after the first skipped; until is null when there are none.';
