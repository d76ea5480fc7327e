-- The hash stays here: the app gets its salt, hashes the typed password and returns the result. Nothing is counted yet.
create or replace function control_center.begin_login(p_email text, p_demo_allowed boolean)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_email text := logic.normal_email(p_email);
begin
    perform logic.check_given(jsonb_build_object('p_demo_allowed', p_demo_allowed));
    perform logic.check_not_locked_out(a) from data.sign_in_attempts a where a.audience = 'operator' and a.name = v_email;
    return jsonb_build_object('password_salt', (
        select logic.password_salt(password_hash) from data.cc_users
        where lower(email) = v_email and active and (p_demo_allowed or not is_demo)
    ));
end
$$;
comment on function control_center.begin_login is
    'Begins an operator''s sign-in: {password_salt}, the parameters and salt of their password''s argon2id hash, null when nobody may sign in with this address. Refuses invalid_email, sign_in_locked, argument_missing.';
