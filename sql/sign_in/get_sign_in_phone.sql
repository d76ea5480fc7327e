-- Called first, so that limits count numbers in their normal form, and an invalid one uses up no limit.
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
    'The number for a code, in its normal form, and whether this device (the hash of its secret) has signed in with it before: {phone, known_device}. Refuses invalid_phone, phone_country_not_served, phone_not_mobile, argument_missing.';
