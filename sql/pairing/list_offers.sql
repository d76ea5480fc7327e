create or replace function api.list_offers(p_mitra_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object('rows', offers, 'total', jsonb_array_length(offers))
    from (select logic.open_offers(p_mitra_id) as offers) o
$$;
comment on function api.list_offers is
    'A mitra''s open offers: {rows: [{request_id, request_type, duration_minutes, customer, sent_at, seen_at, deadline_at}], total}.';
