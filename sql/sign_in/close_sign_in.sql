-- The event reaches every worker: it refuses the access tokens of this sign-in, and closes its sockets.
-- Locks: none of its own; the caller holds the sign-in.
create or replace function logic.close_sign_in(p_sign_in data.sign_ins, p_reason text, p_actor text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update data.sign_ins set ended_at = logic.now(), end_reason = p_reason where id = p_sign_in.id;
    perform logic.append_event(
        'SIGN_IN_ENDED', 'sign_in', p_sign_in.id, null, null, null, null, p_actor,
        jsonb_build_object(
            'sign_in_id', p_sign_in.id,
            'audience', p_sign_in.audience,
            'person_id', p_sign_in.person_id,
            'reason', p_reason
        )
    );
end
$$;
comment on function logic.close_sign_in is 'Ends a locked sign-in: its refresh token and its access tokens are refused from then on.';
