create or replace function logic.present_states(p_since timestamptz)
returns table (entity text, entity_id uuid, status text)
language sql stable security definer set search_path = ''
as $$
    select 'payment_session', id, status from data.payment_sessions where created_at >= p_since
    union all
    select 'pairing_request', id, status from data.pairing_requests where created_at >= p_since
    union all
    select 'chat_session', id, status from data.chat_sessions where started_at >= p_since
    union all
    select 'extension', id, status from data.extensions where requested_at >= p_since
$$;
comment on function logic.present_states is 'The present state of every row that began since then.';
