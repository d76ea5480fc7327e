create or replace function logic.own_search_json(p_search data.pairing_requests)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'id', p_search.id,
        'payment_session_id', p_search.payment_session_id,
        'request_type', p_search.request_type,
        'status', p_search.status,
        'deadline_at', p_search.deadline_at,
        'seconds_left', greatest(0, extract(epoch from p_search.deadline_at - logic.now())),
        'mitra', logic.mitra_json(p_search.targeted_mitra_id)
    )
$$;
comment on function logic.own_search_json is 'A search as the customer''s app sees it; seconds_left by the server''s clock.';
