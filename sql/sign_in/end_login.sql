-- Locks: sign-in.
create or replace function control_center.end_login(p_sign_in_id uuid, p_token_hash text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.check_given(jsonb_build_object('p_sign_in_id', p_sign_in_id, 'p_token_hash', p_token_hash));
    return logic.sign_out(array['operator'], p_sign_in_id, p_token_hash);
end
$$;
comment on function control_center.end_login is 'An operator signs out on one device: {status}. Refuses argument_missing.';
