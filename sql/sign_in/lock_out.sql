-- Refuses: sign_in_locked.
create or replace function logic.lock_out(p_attempt data.sign_in_attempts)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_seconds integer := logic.seconds_until(p_attempt.locked_until);
begin
    return logic.keep_refusal(
        429, 'sign_in_locked', format('Too many wrong tries. Try again in %s seconds.', v_seconds),
        jsonb_build_object('retry_after', v_seconds)
    );
end
$$;
comment on function logic.lock_out is 'The refusal of the try that locked the name.';
