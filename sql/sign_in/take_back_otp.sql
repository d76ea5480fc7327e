-- The code stays valid: a sender that gave no answer may have delivered it all the same. So it also stays in the tally
-- of the hour, which is about money.
-- Locks: sign-in attempt.
create or replace function api.take_back_otp(p_audience text, p_phone text, p_keyed_hash text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_phone text := logic.normal_phone(p_phone);
begin
    perform logic.check_given(jsonb_build_object('p_audience', p_audience, 'p_keyed_hash', p_keyed_hash));
    update data.sign_in_attempts
    set codes_sent = codes_sent - 1, next_code_at = null
    where audience = p_audience and name = v_phone and code_hash = logic.code_hash(p_audience, v_phone, p_keyed_hash);
end
$$;
comment on function api.take_back_otp is
    'The code could not be sent: it is not counted, and another may be requested at once. Refuses invalid_phone, argument_missing.';
