create or replace function control_center.get_offer_explanation(p_operator_id uuid, p_request_id uuid, p_mitra_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_mitra data.mitras;
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    if not exists (select from data.pairing_requests where id = p_request_id) then
        perform logic.refuse(404, 'request_not_found', 'There is no such request.');
    end if;
    select * into v_mitra from data.mitras where id = p_mitra_id;
    if not found then
        perform logic.refuse(404, 'mitra_not_found', 'There is no such bestie.');
    end if;
    return jsonb_build_object(
        'request_id', p_request_id,
        'mitra_id', p_mitra_id,
        'mitra_name', v_mitra.display_name,
        'facts', (select jsonb_agg(to_jsonb(f)) from logic.offer_facts(p_request_id, p_mitra_id) f)
    );
end
$$;
comment on function control_center.get_offer_explanation is
    'Why a mitra did or did not get a search: {request_id, mitra_id, mitra_name, facts}. For viewers. Refuses operator_unknown, request_not_found, mitra_not_found.';
