-- Locks: sign-in.
create or replace function control_center.refresh_login(
    p_sign_in_id uuid, p_token_hash text, p_salt text, p_next_hash text, p_demo_allowed boolean
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.check_given(jsonb_build_object(
        'p_token_hash', p_token_hash, 'p_salt', p_salt, 'p_next_hash', p_next_hash, 'p_demo_allowed', p_demo_allowed
    ));
    if not p_demo_allowed and exists (
        select from data.sign_ins s join data.cc_users u on u.id = s.person_id where s.id = p_sign_in_id and u.is_demo
    ) then
        perform logic.refuse(403, 'account_blocked', 'This account is blocked.');
    end if;
    return logic.rotate_token(array['operator'], p_sign_in_id, p_token_hash, p_salt, p_next_hash);
end
$$;
comment on function control_center.refresh_login is
    'As api.refresh_sign_in, for an operator. Refuses account_blocked, refresh_token_invalid, refresh_token_replayed, argument_missing.';
