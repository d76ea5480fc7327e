-- The way in when nobody else can give it: the first admin, or one who has forgotten their password.
-- Locks: sign-in attempt, every admin, the operator, every sign-in of theirs.
create or replace function ops.set_operator(
    p_email text, p_display_name text, p_role text, p_password_hash text, p_who text
)
returns table (id uuid, email text, display_name text, role text, active boolean)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_email text := logic.normal_email(p_email);
    v_operator data.cc_users;
begin
    perform logic.check_who(p_who);
    perform logic.check_password_hash(p_password_hash);
    perform logic.lock_sign_in_attempt('operator', v_email);
    select * into v_operator from data.cc_users u where lower(u.email) = v_email;
    if found then
        v_operator := logic.change_operator(v_operator.id, p_role, true, p_who);
        v_operator := logic.change_password(v_operator, p_password_hash, p_who);
    else
        v_operator := logic.insert_operator(v_email, p_display_name, p_role, p_password_hash, p_who);
    end if;
    return query
    select v_operator.id, v_operator.email, v_operator.display_name, v_operator.role, v_operator.active;
end
$$;
comment on function ops.set_operator is
    'Adds an operator with this role and this password (its argon2id hash); an existing one gets both, and is signed out everywhere. `curhat admin` calls it. Refuses who_is_missing, invalid_password_hash, invalid_role, invalid_email, display_name_required, display_name_invalid, last_admin.';
