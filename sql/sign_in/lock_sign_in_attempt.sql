-- The row exists afterwards, whether anybody has the name or not: two who try the same name queue up here.
-- Locks: sign-in attempt.
create or replace function logic.lock_sign_in_attempt(p_audience text, p_name text, p_device text default '')
returns data.sign_in_attempts
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_attempt data.sign_in_attempts;
begin
    insert into data.sign_in_attempts as a (audience, name, device, touched_at)
    values (p_audience, p_name, p_device, logic.now())
    on conflict (audience, name, device) do update set name = a.name
    returning * into v_attempt;
    if v_attempt.touched_at <= logic.now() - interval '1 day' then
        v_attempt.codes_sent := 0;
        v_attempt.failures := 0;
        v_attempt.lockouts := 0;
    end if;
    return v_attempt;
end
$$;
comment on function logic.lock_sign_in_attempt is
    'The sign-in attempt of a name, locked. After a quiet day its counts start again.';
