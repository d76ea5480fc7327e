-- Of a number that no mitra has, everything is the same but deliver: whoever asks must not learn whether it is known.
-- Locks: sign-in attempt.
-- Refuses: invalid_phone, sign_in_locked, otp_too_soon.
create or replace function api.request_otp(p_audience text, p_phone text, p_keyed_hash text)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_phone text := logic.normal_phone(p_phone);
    v_attempt data.sign_in_attempts := logic.lock_sign_in_attempt(p_audience, v_phone);
    v_seconds integer := logic.seconds_until(v_attempt.next_code_at);
begin
    perform logic.check_not_locked_out(v_attempt);
    if v_attempt.next_code_at > logic.now() then
        perform logic.refuse(
            429, 'otp_too_soon', format('A code was sent just now. Ask for another in %s seconds.', v_seconds),
            jsonb_build_object('retry_after', v_seconds)
        );
    end if;
    update data.sign_in_attempts
    set code_hash = logic.code_hash(p_audience, v_phone, p_keyed_hash),
        code_expires_at = logic.now() + logic.setting_seconds('otp_ttl_seconds'),
        codes_sent = v_attempt.codes_sent + 1,
        next_code_at = logic.now() + logic.growing_pause('30 seconds', v_attempt.codes_sent + 1, '15 minutes'),
        failures = v_attempt.failures, lockouts = v_attempt.lockouts, touched_at = logic.now()
    where audience = p_audience and name = v_phone
    returning * into v_attempt;
    return jsonb_build_object(
        'phone', v_phone,
        'deliver', p_audience = 'customer' or exists (select from data.mitras where phone = v_phone),
        'expires_in', logic.seconds_until(v_attempt.code_expires_at),
        'resend_in', logic.seconds_until(v_attempt.next_code_at)
    );
end
$$;
comment on function api.request_otp is
    'Makes the code with this keyed hash the one that signs a number in, in the place of any other: {phone, deliver, expires_in, resend_in}. deliver: whether anybody may be sent it. Refuses invalid_phone, sign_in_locked, otp_too_soon.';
