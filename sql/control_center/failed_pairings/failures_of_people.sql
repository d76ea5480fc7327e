create or replace function logic.failures_of_people(p_filter data.failure_filter)
returns table (id uuid, created_at timestamptz, amount integer)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
begin
    return query
    select f.id, f.created_at, f.amount
    from data.pairing_failures f
    where (p_filter.customer_id is null or f.customer_id = p_filter.customer_id)
        and (p_filter.mitra_id is null or f.targeted_mitra_id = p_filter.mitra_id)
        and (
            p_filter.about is null
            or f.customer_id = any (p_filter.about)
            or f.targeted_mitra_id = any (p_filter.about)
            or f.payment_session_id = any (p_filter.about)
            or f.id = any (p_filter.about)
        )
        and f.cause_tag = any (p_filter.causes)
        and f.needs_action = any (p_filter.needs)
        and f.created_at >= p_filter.since and f.created_at < p_filter.until;
end
$$;
comment on function logic.failures_of_people is 'Every failure that matches a filter with people.';
