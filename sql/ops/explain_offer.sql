create or replace function ops.explain_offer(p_request_id uuid, p_mitra_id uuid)
returns table (at timestamptz, fact text)
language sql stable security definer set search_path = ''
as $$
    select logic.check_given(jsonb_build_object('p_request_id', p_request_id, 'p_mitra_id', p_mitra_id));
    select f.at, f.fact from logic.offer_facts(p_request_id, p_mitra_id) f
$$;
comment on function ops.explain_offer is 'Why a mitra did or did not get a search, in order of time. Refuses argument_missing.';
