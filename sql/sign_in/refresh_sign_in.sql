-- Locks: sign-in.
create or replace function api.refresh_sign_in(p_sign_in_id uuid, p_token_hash text, p_salt text, p_next_hash text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.check_given(jsonb_build_object(
        'p_token_hash', p_token_hash, 'p_salt', p_salt, 'p_next_hash', p_next_hash
    ));
    return logic.rotate_token(array['customer', 'mitra'], p_sign_in_id, p_token_hash, p_salt, p_next_hash);
end
$$;
comment on function api.refresh_sign_in is
    'Exchanges the refresh token of a customer or mitra: {audience, person_id, user, salt}; the successor is derived with the returned salt. Refuses account_blocked, refresh_token_invalid, refresh_token_replayed, argument_missing.';
