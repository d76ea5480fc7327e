-- A refusal: nothing has changed, and the caller learns why. SQLSTATE PT + HTTP status is PostgREST's convention. Facts
-- that a screen needs to word it go in the hint.
create or replace function logic.refuse(p_status integer, p_slug text, p_sentence text, p_facts jsonb default null)
returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
    if p_facts is null then
        raise exception using errcode = 'PT' || p_status, message = p_slug, detail = p_sentence;
    end if;
    raise exception using errcode = 'PT' || p_status, message = p_slug, detail = p_sentence, hint = p_facts::text;
end
$$;
comment on function logic.refuse is
    'Raises SQLSTATE PT<status> with a stable slug as its message, a plain sentence as its detail, and facts (a JSON object) as its hint.';
