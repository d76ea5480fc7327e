-- Locks: payment session, failure.
create or replace function control_center.action_failure(
    p_operator_id uuid, p_failure_id uuid, p_action text, p_note text default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'operator');
begin
    perform logic.check_note_length(p_note);
    perform logic.decide_failure(p_failure_id, p_action, v_operator.email, p_note);
    return logic.failure_rows(array[p_failure_id]) -> 0;
end
$$;
comment on function control_center.action_failure is
    'Decides on the money of a failure: the failure. For operators. Refuses operator_unknown, role_not_sufficient, note_too_long, invalid_action, failure_not_found, failure_superseded, failure_already_actioned, nothing_to_refund.';
