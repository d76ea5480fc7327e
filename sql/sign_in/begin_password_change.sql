-- As begin_login: a device that was left open does not get around the limit on tries.
create or replace function control_center.begin_password_change(p_operator_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'viewer');
begin
    perform logic.check_not_locked_out(a)
    from data.sign_in_attempts a
    where a.audience = 'operator' and a.name = lower(v_operator.email);
    return jsonb_build_object('password_salt', logic.password_salt(v_operator.password_hash));
end
$$;
comment on function control_center.begin_password_change is
    'Begins an operator''s change of their own password: {password_salt}, for hashing the old one. Refuses operator_unknown, sign_in_locked.';
