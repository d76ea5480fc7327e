-- Locks: sign-in.
create or replace function control_center.end_login(p_sign_in_id uuid, p_token_hash text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    return logic.sign_out(array['operator'], p_sign_in_id, p_token_hash);
end
$$;
comment on function control_center.end_login is 'An operator signs out on one device: {status}.';
