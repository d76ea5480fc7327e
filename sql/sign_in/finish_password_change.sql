-- Tries are counted as for a login.
-- Locks: sign-in attempt, operator, every sign-in of theirs.
create or replace function control_center.finish_password_change(
    p_operator_id uuid, p_password_hash text, p_new_hash text, p_sign_in_id uuid, p_token_hash text
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'viewer');
    v_attempt data.sign_in_attempts := logic.lock_sign_in_attempt('operator', lower(v_operator.email));
begin
    perform logic.check_given(jsonb_build_object(
        'p_new_hash', p_new_hash, 'p_sign_in_id', p_sign_in_id, 'p_token_hash', p_token_hash
    ));
    perform logic.check_not_locked_out(v_attempt);
    select * into v_operator
    from data.cc_users
    where id = p_operator_id and active and password_hash = p_password_hash
    for update;
    if not found then
        v_attempt := logic.count_failure(v_attempt);
        if v_attempt.locked_until > logic.now() then
            return logic.lock_out(v_attempt);
        end if;
        return logic.keep_refusal(403, 'password_wrong', 'This is not your present password.');
    end if;
    perform logic.change_password(v_operator, p_new_hash, v_operator.email);
    return logic.start_sign_in('operator', p_operator_id, p_sign_in_id, p_token_hash);
end
$$;
comment on function control_center.finish_password_change is
    'Gives an operator whose old password has this hash the new one, and signs them in anew, on this device alone: {audience, person_id, user}. Refuses operator_unknown, password_wrong, sign_in_locked, argument_missing.';
