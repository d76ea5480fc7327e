-- Locks: operator, every sign-in of theirs; the caller holds the sign-in attempt.
create or replace function logic.change_password(p_operator data.cc_users, p_password_hash text, p_who text)
returns data.cc_users
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users;
begin
    update data.cc_users
    set password_hash = p_password_hash
    where id = p_operator.id
    returning * into v_operator;
    perform logic.end_sign_ins_of(v_operator.id, 'password_changed', 'operator:' || p_who);
    delete from data.sign_in_attempts where audience = 'operator' and name = lower(v_operator.email);
    perform logic.append_operator_event(v_operator, 'password', p_who);
    return v_operator;
end
$$;
comment on function logic.change_password is 'Gives an operator another password, and signs them out everywhere.';
