create or replace function logic.request_json(p_request data.pairing_requests)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'id', p_request.id,
        'payment_session_id', p_request.payment_session_id,
        'request_type', p_request.request_type,
        'status', p_request.status,
        'deadline_at', p_request.deadline_at,
        'seconds_left', greatest(0, extract(epoch from p_request.deadline_at - logic.now())),
        'mitra', logic.mitra_json(p_request.targeted_mitra_id)
    )
$$;
comment on function logic.request_json is 'A search as the customer''s app sees it; seconds_left by the server''s clock.';
