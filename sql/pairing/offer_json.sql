create or replace function logic.offer_json(p_request data.pairing_requests)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'request_id', p_request.id,
            'request_type', p_request.request_type,
            'duration_minutes', p.duration_minutes,
            'customer', logic.customer_json(p_request.customer_id),
            'deadline_at', p_request.deadline_at
        )
        from data.payment_sessions p
        where p.id = p_request.payment_session_id
    );
end
$$;
comment on function logic.offer_json is 'A search as a mitra''s app sees it.';
