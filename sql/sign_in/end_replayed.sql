-- Refuses: refresh_token_replayed.
create or replace function logic.end_replayed(p_sign_in data.sign_ins)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.close_sign_in(p_sign_in, 'replayed', 'system');
    perform logic.append_event(
        'SIGN_IN_REPLAYED', 'sign_in', p_sign_in.id, null, null, null, null, 'system',
        jsonb_build_object('audience', p_sign_in.audience, 'person_id', p_sign_in.person_id)
    );
    return logic.keep_refusal(
        401, 'refresh_token_replayed', 'This refresh token was used before, so the sign-in was ended. Sign in again.'
    );
end
$$;
comment on function logic.end_replayed is 'Ends a sign-in whose used token was shown again, and tells the control center.';
