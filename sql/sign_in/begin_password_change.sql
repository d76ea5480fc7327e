-- Tries are counted as those of a login are: a device that was left open is no way round them.
-- Locks: sign-in attempt.
-- Refuses: operator_unknown, sign_in_locked.
create or replace function control_center.begin_password_change(p_operator_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'viewer');
    v_attempt data.sign_in_attempts := logic.lock_sign_in_attempt('operator', lower(v_operator.email));
begin
    perform logic.check_not_locked_out(v_attempt);
    perform logic.count_failure(v_attempt);
    return jsonb_build_object('password_hash', v_operator.password_hash);
end
$$;
comment on function control_center.begin_password_change is
    'Begins an operator''s change of their own password: {password_hash} that the old one is to be checked against. Refuses operator_unknown, sign_in_locked.';
