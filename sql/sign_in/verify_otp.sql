-- Two at once queue up at the attempt, and the first uses up the code. What a new customer still has to say is refused,
-- not recorded: the code stays valid for the next try. A known device tries its own code, and only its own tries count.
-- Locks: sign-in attempt, the person in share.
create or replace function api.verify_otp(
    p_audience text, p_phone text, p_keyed_hashes text[], p_display_name text, p_sign_in_id uuid, p_token_hash text,
    p_device text default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_phone text := logic.normal_phone(p_phone);
    v_device text := logic.known_device(p_audience, v_phone, p_device);
    v_attempt data.sign_in_attempts;
    v_person_id uuid;
    v_left integer;
begin
    perform logic.check_given(jsonb_build_object(
        'p_audience', p_audience, 'p_sign_in_id', p_sign_in_id, 'p_token_hash', p_token_hash
    ));
    v_attempt := logic.lock_sign_in_attempt(p_audience, v_phone, v_device);
    perform logic.check_not_locked_out(v_attempt);
    if coalesce(v_attempt.code_expires_at <= logic.now(), true) then
        perform logic.refuse(410, 'otp_expired', 'This number has no valid code. Ask for a new one.');
    end if;
    if exists (select from unnest(p_keyed_hashes) h where logic.code_hash(p_audience, v_phone, h) = v_attempt.code_hash) then
        v_person_id := logic.find_or_add_person(p_audience, v_phone, p_display_name);
    end if;
    if v_person_id is null then
        v_attempt := logic.count_failure(v_attempt);
        if v_attempt.code_hash is null then
            return logic.lock_out(v_attempt);
        end if;
        v_left := logic.setting_integer('otp_max_attempts') - v_attempt.failures;
        return logic.keep_refusal(
            401, 'otp_wrong', format('This code is wrong. Tries left: %s.', v_left), jsonb_build_object('tries_left', v_left)
        );
    end if;
    delete from data.sign_in_attempts where audience = p_audience and name = v_phone and device = v_device;
    perform logic.remember_device(p_audience, v_phone, p_device);
    return logic.start_sign_in(p_audience, v_person_id, p_sign_in_id, p_token_hash);
end
$$;
comment on function api.verify_otp is
    'Signs somebody in by the code of a number, once: {audience, person_id, user}. A customer who is new is added, by their display name. p_keyed_hashes: the code under each key that may have made it. p_device: the hash of the device''s secret; the device is known from then on. Refuses invalid_phone, sign_in_locked, otp_expired, otp_wrong, account_blocked, display_name_required, display_name_invalid, display_name_reserved, argument_missing.';
