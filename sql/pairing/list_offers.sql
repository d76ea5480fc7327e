create or replace function api.list_offers(p_mitra_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_offers jsonb := logic.open_offers(p_mitra_id);
begin
    perform logic.check_given(jsonb_build_object('p_mitra_id', p_mitra_id));
    return jsonb_build_object('rows', v_offers, 'total', jsonb_array_length(v_offers));
end
$$;
comment on function api.list_offers is
    'A mitra''s open offers: {rows: [{request_id, request_type, duration_minutes, customer, sent_at, seen_at, deadline_at}], total}. Refuses argument_missing.';
