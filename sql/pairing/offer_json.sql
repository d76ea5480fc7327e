create or replace function logic.offer_json(p_search data.pairing_requests)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'request_id', p_search.id,
            'request_type', p_search.request_type,
            'duration_minutes', p.duration_minutes,
            'customer', logic.customer_json(p_search.customer_id),
            'deadline_at', p_search.deadline_at
        )
        from data.payment_sessions p
        where p.id = p_search.payment_session_id
    );
end
$$;
comment on function logic.offer_json is 'A search as a mitra''s app sees it.';
