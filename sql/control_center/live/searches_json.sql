create or replace function logic.searches_json(p_limit integer, p_offset integer, p_offers integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(logic.search_json(r, p_offers) order by r.deadline_at, r.id), '[]')
        from (
            select * from data.pairing_requests
            where status = 'searching' and deadline_at > '-infinity'
            order by deadline_at, id
            limit p_limit
            offset p_offset
        ) s
        join data.pairing_requests r on r.id = s.id
    );
end
$$;
comment on function logic.searches_json is 'Running searches, the nearest deadline first, each with its first p_offers offers.';
