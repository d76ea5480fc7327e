-- Refuses: sign_in_locked.
create or replace function logic.check_not_locked_out(p_attempt data.sign_in_attempts)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_seconds integer := logic.seconds_until(p_attempt.locked_until);
begin
    if p_attempt.locked_until > logic.now() then
        perform logic.refuse(
            429, 'sign_in_locked', format('Too many wrong tries. Try again in %s seconds.', v_seconds),
            jsonb_build_object('retry_after', v_seconds)
        );
    end if;
end
$$;
comment on function logic.check_not_locked_out is 'Refuses a name that is locked after too many wrong tries.';
