create or replace function logic.search_json(p_search data.pairing_requests, p_offers integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'id', p_search.id,
            'payment_session_id', p_search.payment_session_id,
            'request_type', p_search.request_type,
            'status', p_search.status,
            'customer_id', p_search.customer_id,
            'customer_name', u.display_name,
            'targeted_mitra_id', p_search.targeted_mitra_id,
            'targeted_mitra_name', m.display_name,
            'duration_minutes', p.duration_minutes,
            'amount', p.amount,
            'created_at', p_search.created_at,
            'deadline_at', p_search.deadline_at,
            'closed_at', p_search.closed_at,
            'offer_counts', logic.offer_counts(p_search.id),
            'offers', logic.offers_json(p_search.id, p_offers)
        )
        from data.payment_sessions p
        join data.users u on u.id = p_search.customer_id
        left join data.mitras m on m.id = p_search.targeted_mitra_id
        where p.id = p_search.payment_session_id
    );
end
$$;
comment on function logic.search_json is 'A search as operators see it, with its first p_offers offers (null: all).';
