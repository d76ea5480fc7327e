-- Locks: payment session, failure.
-- Refuses: invalid_action.
create or replace function logic.try_to_decide(p_failure_id uuid, p_action text, p_who text, p_note text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_slug text;
    v_sentence text;
    v_facts text;
begin
    perform logic.decide_failure(p_failure_id, p_action, p_who, p_note);
    return jsonb_build_object('id', p_failure_id, 'ok', true);
exception when sqlstate 'PT404' or sqlstate 'PT409' then
    get stacked diagnostics v_slug = message_text, v_sentence = pg_exception_detail, v_facts = pg_exception_hint;
    return jsonb_build_object('id', p_failure_id, 'ok', false, 'error', v_slug, 'message', v_sentence)
        || coalesce(nullif(v_facts, '')::jsonb, '{}');
end
$$;
comment on function logic.try_to_decide is 'Decides on a failure, or says why not: {id, ok}, or {id, ok, error, message} and facts.';
