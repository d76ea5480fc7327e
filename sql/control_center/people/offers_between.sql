create or replace function logic.offers_between(p_mitra_id uuid, p_since timestamptz, p_until timestamptz)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'request_id', o.request_id,
                    'request_type', r.request_type,
                    'customer_id', r.customer_id,
                    'customer_name', u.display_name,
                    'status', o.status,
                    'sent_at', o.sent_at,
                    'seen_at', o.seen_at,
                    'closed_at', o.closed_at
                )
                order by o.id
            ),
            '[]'
        )
        from data.pairing_offers o
        join data.pairing_requests r on r.id = o.request_id
        join data.users u on u.id = r.customer_id
        where o.mitra_id = p_mitra_id and o.sent_at >= p_since and o.sent_at < p_until
    );
end
$$;
comment on function logic.offers_between is 'The offers to a mitra between two times, in order, with their outcome.';
