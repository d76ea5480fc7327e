-- Whatever token it is, its holder is out afterwards: there is nothing to refuse.
-- Locks: sign-in.
create or replace function logic.sign_out(p_audiences text[], p_sign_in_id uuid, p_token_hash text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update data.sign_ins
    set ended_at = logic.now(), end_reason = 'signed_out'
    where id = p_sign_in_id and audience = any (p_audiences) and ended_at is null
        and p_token_hash in (token_hash, previous_hash);
    return jsonb_build_object('status', 'signed_out');
end
$$;
comment on function logic.sign_out is 'Ends the family of a refresh token: {status}.';
