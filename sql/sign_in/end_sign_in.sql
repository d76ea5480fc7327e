-- Locks: sign-in.
create or replace function api.end_sign_in(p_sign_in_id uuid, p_token_hash text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.check_given(jsonb_build_object('p_sign_in_id', p_sign_in_id, 'p_token_hash', p_token_hash));
    return logic.sign_out(array['customer', 'mitra'], p_sign_in_id, p_token_hash);
end
$$;
comment on function api.end_sign_in is
    'A customer or mitra signs out on one device: {status}. The same for a token that is no longer valid. Refuses argument_missing.';
