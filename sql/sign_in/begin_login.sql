-- A try is counted before the password is looked at, and given back when it was right: a hundred at once get no more
-- tries than one after the other. For an address that nobody has it is the same, but for the hash.
-- Locks: sign-in attempt.
-- Refuses: invalid_email, sign_in_locked.
create or replace function control_center.begin_login(p_email text, p_demo_allowed boolean)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_email text := logic.normal_email(p_email);
    v_attempt data.sign_in_attempts := logic.lock_sign_in_attempt('operator', v_email);
begin
    perform logic.check_not_locked_out(v_attempt);
    perform logic.count_failure(v_attempt);
    return jsonb_build_object('password_hash', (
        select password_hash from data.cc_users where lower(email) = v_email and active and (p_demo_allowed or not is_demo)
    ));
end
$$;
comment on function control_center.begin_login is
    'Begins an operator''s sign-in: {password_hash} to be checked, null when nobody may sign in with this address. Refuses invalid_email, sign_in_locked.';
