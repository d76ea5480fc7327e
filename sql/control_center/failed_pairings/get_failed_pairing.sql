create or replace function control_center.get_failed_pairing(p_operator_id uuid, p_failure_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_payment_session_id uuid;
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    select payment_session_id into v_payment_session_id from data.pairing_failures where id = p_failure_id;
    if not found then
        perform logic.refuse(404, 'failure_not_found', 'There is no such failure.');
    end if;
    return jsonb_build_object('failure', logic.failure_rows(array[p_failure_id]) -> 0)
        || logic.payment_story(v_payment_session_id);
end
$$;
comment on function control_center.get_failed_pairing is
    'A failure with the whole story of its payment session. For viewers. Refuses operator_unknown, failure_not_found.';
