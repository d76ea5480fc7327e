-- Asked first, so that limits are of numbers as they are, and no limit is used up by what is no number.
create or replace function api.get_sign_in_phone(p_audience text, p_phone text, p_device text default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_phone text := logic.normal_phone(p_phone);
begin
    perform logic.check_given(jsonb_build_object('p_audience', p_audience));
    perform logic.check_phone_is_served(v_phone);
    return jsonb_build_object('phone', v_phone, 'known_device', logic.known_device(p_audience, v_phone, p_device) <> '');
end
$$;
comment on function api.get_sign_in_phone is
    'The number that somebody wants a code for, as it is counted, and whether this device (the hash of its secret) has signed in with it before: {phone, known_device}. Refuses invalid_phone, phone_country_not_served, phone_not_mobile, argument_missing.';
