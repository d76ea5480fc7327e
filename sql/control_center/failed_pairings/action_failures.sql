-- Each failure is decided on its own; a refusal is reported in its place and stops no other. Payment sessions are
-- locked in one order, so that two operators with the same failures cannot deadlock.
-- Locks: payment sessions, failures.
create or replace function control_center.action_failures(
    p_operator_id uuid, p_ids uuid[], p_action text, p_note text default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'operator');
    v_results jsonb := jsonb '{}';
    v_id uuid;
begin
    perform logic.check_note_length(p_note);
    perform logic.check_given(jsonb_build_object('p_ids', p_ids));
    perform logic.check_action(p_action);
    if cardinality(p_ids) > 200 then
        perform logic.refuse(400, 'too_many_failures', 'No more than 200 failures at a time.');
    end if;
    for v_id in
        select i.id
        from unnest(p_ids) i (id)
        left join data.pairing_failures f on f.id = i.id
        order by f.payment_session_id, i.id
    loop
        v_results := v_results || jsonb_build_object(v_id, logic.try_to_decide(v_id, p_action, v_operator.email, p_note));
    end loop;
    return logic.decisions_json(p_ids, v_results);
end
$$;
comment on function control_center.action_failures is
    'Decides on the money of up to 200 failures, each on its own: {done, refused, results}. For operators. Refuses operator_unknown, role_not_sufficient, note_too_long, invalid_action, too_many_failures, argument_missing.';
