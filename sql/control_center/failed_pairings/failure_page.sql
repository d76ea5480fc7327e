-- Two ways, each of which reads no more rows than it needs: a filter that names people reads theirs and sorts them; any
-- other merges the newest of each cause, decided or not, from one index.
create or replace function logic.failure_page(
    p_filter data.failure_filter, p_before timestamptz, p_before_id uuid, p_skip integer, p_limit integer
)
returns uuid[]
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
begin
    if logic.names_people(p_filter) then
        return array(
            select f.id
            from logic.failures_of_people(p_filter) f
            where (f.created_at, f.id) < (p_before, p_before_id)
            order by f.created_at desc, f.id desc
            offset p_skip
            limit p_limit
        );
    end if;
    return array(
        select f.id
        from unnest(p_filter.needs) n (needs_action)
        cross join unnest(p_filter.causes) c (cause_tag)
        cross join lateral (
            select f.created_at, f.id
            from data.pairing_failures f
            where f.needs_action = n.needs_action and f.cause_tag = c.cause_tag
                and f.created_at >= p_filter.since and (f.created_at, f.id) < (p_before, p_before_id)
            order by f.created_at desc, f.id desc
            limit p_skip + p_limit
        ) f
        order by f.created_at desc, f.id desc
        offset p_skip
        limit p_limit
    );
end
$$;
comment on function logic.failure_page is 'The failures that match a filter before a place, newest first, without the first p_skip.';
