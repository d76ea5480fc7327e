-- Compared and counted under the lock of the attempt: a hundred at once get no more tries than one after the other, and
-- the last one may still be right.
-- Locks: sign-in attempt, operator.
create or replace function control_center.finish_login(
    p_email text, p_password_hash text, p_new_hash text, p_sign_in_id uuid, p_token_hash text
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_email text := logic.normal_email(p_email);
    v_attempt data.sign_in_attempts := logic.lock_sign_in_attempt('operator', v_email);
    v_operator_id uuid;
begin
    perform logic.check_given(jsonb_build_object('p_sign_in_id', p_sign_in_id, 'p_token_hash', p_token_hash));
    perform logic.check_not_locked_out(v_attempt);
    update data.cc_users
    set password_hash = coalesce(p_new_hash, password_hash)
    where lower(email) = v_email and active and password_hash = p_password_hash
    returning id into v_operator_id;
    if v_operator_id is null then
        v_attempt := logic.count_failure(v_attempt);
        if v_attempt.locked_until > logic.now() then
            return logic.lock_out(v_attempt);
        end if;
        return logic.keep_refusal(401, 'credentials_wrong', 'This e-mail address or this password is wrong.');
    end if;
    delete from data.sign_in_attempts where audience = 'operator' and name = v_email;
    perform logic.append_event(
        'OPERATOR_SIGNED_IN', 'operator', v_operator_id, null, null, null, null, 'operator:' || v_email,
        jsonb_build_object('operator_id', v_operator_id)
    );
    return logic.start_sign_in('operator', v_operator_id, p_sign_in_id, p_token_hash);
end
$$;
comment on function control_center.finish_login is
    'Signs an operator in whose password has this hash: {audience, person_id, user}. p_new_hash: the password hashed anew, null when it need not be. Refuses invalid_email, credentials_wrong, sign_in_locked, argument_missing.';
