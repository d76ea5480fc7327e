-- Whatever the token, its holder is signed out afterwards, so there is nothing to refuse.
-- Locks: sign-in.
create or replace function logic.sign_out(p_audiences text[], p_sign_in_id uuid, p_token_hash text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_sign_in data.sign_ins;
begin
    select * into v_sign_in
    from data.sign_ins
    where id = p_sign_in_id and audience = any (p_audiences) and ended_at is null
        and p_token_hash in (token_hash, previous_hash)
    for update;
    if found then
        perform logic.close_sign_in(v_sign_in, 'signed_out', v_sign_in.audience || ':' || v_sign_in.person_id);
    end if;
    return jsonb_build_object('status', 'signed_out');
end
$$;
comment on function logic.sign_out is 'Ends the family of a refresh token: {status}.';
