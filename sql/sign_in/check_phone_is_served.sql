-- A code costs its sender, and some numbers pay whoever asks for one. In Indonesia only mobile numbers get messages.
-- Refuses: phone_country_not_served, phone_not_mobile.
create or replace function logic.check_phone_is_served(p_phone text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_digits text := substr(p_phone, 2);
begin
    if not exists (
        select from unnest(string_to_array(logic.setting_text('otp_countries'), ',')) c (prefix) where starts_with(v_digits, c.prefix)
    ) then
        perform logic.refuse(403, 'phone_country_not_served', 'Codes are not sent to numbers of this country.');
    elsif (starts_with(v_digits, '62') and v_digits !~ '^628[1-9][0-9]{7,10}$')
        or exists (select from data.premium_prefixes p where starts_with(v_digits, p.prefix))
    then
        perform logic.refuse(403, 'phone_not_mobile', 'Codes are sent to mobile numbers alone, never to premium ones.');
    end if;
end
$$;
comment on function logic.check_phone_is_served is
    'Refuses a number in E.164 that gets no codes: its country is not in otp_countries, it is premium, or in Indonesia it is not mobile.';
