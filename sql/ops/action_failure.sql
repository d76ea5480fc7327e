create or replace function ops.action_failure(p_failure_id uuid, p_action text, p_who text, p_note text default null)
returns table (id uuid, operator_action text, actioned_by text, actioned_at timestamptz, note text)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_failure data.pairing_failures;
begin
    perform logic.check_who(p_who);
    perform logic.check_note_length(p_note);
    v_failure := logic.decide_failure(p_failure_id, p_action, p_who, p_note);
    return query
    select v_failure.id, v_failure.operator_action, v_failure.actioned_by, v_failure.actioned_at, v_failure.action_note;
end
$$;
comment on function ops.action_failure is
    'Decides on the money of a failure: refunded, credited or no_action. Refuses who_is_missing, note_too_long, invalid_action, failure_not_found, failure_superseded, failure_already_actioned, nothing_to_refund.';
