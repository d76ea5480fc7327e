-- Earlier attempts with their address are forgotten.
-- Locks: sign-in attempt.
-- Refuses: invalid_role, invalid_password_hash, invalid_email, display_name_required, display_name_invalid,
-- email_already_taken.
create or replace function logic.insert_operator(
    p_email text, p_display_name text, p_role text, p_password_hash text, p_who text
)
returns data.cc_users
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_email text := logic.normal_email(p_email);
    v_operator data.cc_users;
begin
    perform logic.check_operator_role(p_role);
    perform logic.check_password_hash(p_password_hash);
    perform logic.lock_sign_in_attempt('operator', v_email);
    insert into data.cc_users (email, display_name, role, password_hash, created_at)
    values (v_email, logic.clean_display_name(p_display_name), p_role, p_password_hash, logic.now())
    on conflict do nothing
    returning * into v_operator;
    if not found then
        perform logic.refuse(409, 'email_already_taken', 'An operator already has this e-mail address.');
    end if;
    delete from data.sign_in_attempts where audience = 'operator' and name = v_email;
    perform logic.append_operator_event(v_operator, 'added', p_who);
    return v_operator;
end
$$;
comment on function logic.insert_operator is 'A new operator, with the hash of their first password.';
