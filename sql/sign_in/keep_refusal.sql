-- A raised refusal would roll back what led to it. This returns the same answer: the failure is counted, and the app
-- turns the reply into a refusal.
create or replace function logic.keep_refusal(p_status integer, p_slug text, p_sentence text, p_facts jsonb default null)
returns jsonb
language plpgsql immutable security invoker set search_path = ''
as $$
begin
    return jsonb_build_object('refusal', jsonb_build_object(
        'status', p_status, 'slug', p_slug, 'sentence', p_sentence, 'facts', coalesce(p_facts, '{}')
    ));
end
$$;
comment on function logic.keep_refusal is 'A recorded failure as a reply: {refusal: {status, slug, sentence, facts}}.';
