-- For a number that no mitra has, everything is the same but deliver: the reply must not tell whether it is known. A
-- device that has signed in with the number before has attempts of its own, so strangers who ask and guess lock nobody
-- out; nor does the hourly bound on all codes apply to it.
-- Locks: sign-in attempt, the minute's tally.
create or replace function api.request_otp(p_audience text, p_phone text, p_keyed_hash text, p_device text default null)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_phone text := logic.normal_phone(p_phone);
    v_device text := logic.known_device(p_audience, v_phone, p_device);
    v_attempt data.sign_in_attempts;
    v_seconds integer;
begin
    perform logic.check_given(jsonb_build_object('p_audience', p_audience, 'p_keyed_hash', p_keyed_hash));
    perform logic.check_phone_is_served(v_phone);
    v_attempt := logic.lock_sign_in_attempt(p_audience, v_phone, v_device);
    perform logic.check_not_locked_out(v_attempt);
    if v_attempt.next_code_at > logic.now() then
        v_seconds := logic.seconds_until(v_attempt.next_code_at);
        perform logic.refuse(
            429, 'otp_too_soon', format('A code was sent just now. Ask for another in %s seconds.', v_seconds),
            jsonb_build_object('retry_after', v_seconds, 'phone', v_phone)
        );
    end if;
    if not logic.count_code(v_device <> '') then
        v_seconds := logic.seconds_until((select h.full_until from logic.codes_of_hour() h));
        return logic.keep_refusal(
            503, 'codes_ran_out', format('No more codes are sent at the moment. Try again in %s seconds.', v_seconds),
            jsonb_build_object('retry_after', v_seconds)
        );
    end if;
    update data.sign_in_attempts
    set code_hash = logic.code_hash(p_audience, v_phone, p_keyed_hash),
        code_expires_at = logic.now() + logic.setting_seconds('otp_ttl_seconds'),
        codes_sent = v_attempt.codes_sent + 1,
        next_code_at = logic.now() + logic.growing_pause('30 seconds', v_attempt.codes_sent + 1, '15 minutes'),
        failures = v_attempt.failures, lockouts = v_attempt.lockouts, touched_at = logic.now()
    where audience = p_audience and name = v_phone and device = v_device
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
    'Makes the code with this keyed hash the one that signs a number in, in the place of any other: {phone, deliver, expires_in, resend_in}. deliver: whether it may be sent. p_device: the hash of the device''s secret, if it has one. Refuses invalid_phone, phone_country_not_served, phone_not_mobile, sign_in_locked, otp_too_soon, codes_ran_out, argument_missing.';
