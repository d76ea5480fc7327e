-- Locks: the oldest sign-ins beyond twenty.
-- Refuses: account_blocked.
create or replace function logic.start_sign_in(p_audience text, p_person_id uuid, p_sign_in_id uuid, p_token_hash text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    insert into data.sign_ins (id, audience, person_id, token_hash, created_at, refreshed_at, expires_at)
    values (
        p_sign_in_id, p_audience, p_person_id, p_token_hash, logic.now(), logic.now(),
        logic.now() + logic.sign_in_lifetime(p_audience)
    );
    perform logic.end_oldest_sign_ins(p_audience, p_person_id);
    return jsonb_build_object(
        'audience', p_audience, 'person_id', p_person_id, 'user', logic.user_json(p_audience, p_person_id)
    );
end
$$;
comment on function logic.start_sign_in is 'Opens a family of refresh tokens with its first: {audience, person_id, user}.';
