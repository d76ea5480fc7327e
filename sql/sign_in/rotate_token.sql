-- Exchanges the current token. The one before it gets the same successor again for half a minute: two tabs at the same
-- moment, or a lost reply, are no theft. Any other was used up before, so somebody has a copy: the whole family ends.
-- That is recorded and not refused, since a refusal would undo it.
-- Locks: sign-in.
-- Refuses: refresh_token_invalid, refresh_token_replayed, account_blocked.
create or replace function logic.rotate_token(
    p_audiences text[], p_sign_in_id uuid, p_token_hash text, p_salt text, p_next_hash text
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_sign_in data.sign_ins;
    v_user jsonb;
begin
    select * into v_sign_in
    from data.sign_ins
    where id = p_sign_in_id and audience = any (p_audiences) and ended_at is null and expires_at > logic.now()
    for update;
    v_user := logic.user_json(v_sign_in.audience, v_sign_in.person_id);
    if v_user is null then
        perform logic.refuse(401, 'refresh_token_invalid', 'This refresh token is no longer valid. Sign in again.');
    end if;
    if p_token_hash = v_sign_in.token_hash then
        update data.sign_ins
        set token_hash = p_next_hash, previous_hash = token_hash, salt = p_salt, refreshed_at = logic.now(),
            expires_at = logic.now() + logic.sign_in_lifetime(audience)
        where id = p_sign_in_id
        returning * into v_sign_in;
    elsif coalesce(
        p_token_hash <> v_sign_in.previous_hash or v_sign_in.refreshed_at <= logic.now() - interval '30 seconds', true
    ) then
        return logic.end_replayed(v_sign_in);
    end if;
    return jsonb_build_object(
        'audience', v_sign_in.audience, 'person_id', v_sign_in.person_id, 'user', v_user, 'salt', v_sign_in.salt
    );
end
$$;
comment on function logic.rotate_token is
    'Exchanges a refresh token for its successor, derived with the returned salt: {audience, person_id, user, salt}.';
