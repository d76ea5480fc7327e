-- The one rule for phone numbers, for the apps, for operators' searches and for psql. People write a number as they say
-- it: 0812-3456-789, 62812…, 00 62 812…, +62 (0)812…, +65 8123 4567. Idempotent.
-- Refuses: invalid_phone.
create or replace function logic.normal_phone(p_phone text)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_phone text := logic.international_phone(logic.phone_text(p_phone));
begin
    if coalesce(v_phone !~ '^[+][1-9][0-9]{6,14}$', true) then
        perform logic.refuse(
            400, 'invalid_phone', 'A phone number is written like 0812 3456 7890, or with its country: +62 812 3456 7890.'
        );
    end if;
    return v_phone;
end
$$;
comment on function logic.normal_phone is 'A phone number in E.164, however it was written; without a country it is Indonesia''s.';
