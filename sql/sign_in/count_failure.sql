-- Too many in a row lock the name, each time for twice as long, and discard its code.
create or replace function logic.count_failure(p_attempt data.sign_in_attempts)
returns data.sign_in_attempts
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_attempt data.sign_in_attempts := p_attempt;
begin
    v_attempt.failures := p_attempt.failures + 1;
    if v_attempt.failures >= logic.setting_integer('otp_max_attempts') then
        v_attempt.failures := 0;
        v_attempt.lockouts := p_attempt.lockouts + 1;
        v_attempt.locked_until := logic.now() + logic.growing_pause('1 minute', v_attempt.lockouts, '1 hour');
        v_attempt.code_hash := null;
        v_attempt.code_expires_at := null;
        perform logic.append_event(
            'SIGN_IN_LOCKED', 'sign_in', null, null, null, null, null, 'system', jsonb_build_object(
                'audience', v_attempt.audience, 'name', v_attempt.name, 'locked_until', v_attempt.locked_until
            )
        );
    end if;
    update data.sign_in_attempts
    set failures = v_attempt.failures, lockouts = v_attempt.lockouts, locked_until = v_attempt.locked_until,
        code_hash = v_attempt.code_hash, code_expires_at = v_attempt.code_expires_at, codes_sent = v_attempt.codes_sent,
        touched_at = logic.now()
    where audience = v_attempt.audience and name = v_attempt.name and device = v_attempt.device;
    return v_attempt;
end
$$;
comment on function logic.count_failure is 'Counts a wrong try; the attempt as it is then, locked out after too many.';
