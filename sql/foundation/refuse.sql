-- A refusal: nothing has changed, and the caller learns why. SQLSTATE PT + HTTP status is PostgREST's convention.
create or replace function logic.refuse(p_status integer, p_slug text, p_sentence text)
returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
    raise exception using errcode = 'PT' || p_status, message = p_slug, detail = p_sentence;
end
$$;
comment on function logic.refuse is 'Raises SQLSTATE PT<status> with a stable slug as its message and a plain sentence as its detail.';
