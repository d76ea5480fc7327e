-- 00 is +. Without a country it is Indonesia's: 0…, 62…, or a mobile number without its 0. A 0 between +62 and the
-- number is the one of calls inside the country.
create or replace function logic.international_phone(p_phone_text text)
returns text
language sql immutable security invoker
as $$
    select pg_catalog.regexp_replace(
        case
            when p_phone_text ~ E'^\\+' then p_phone_text
            when p_phone_text ~ '^00' then '+' || pg_catalog.substr(p_phone_text, 3)
            when p_phone_text ~ '^0' then '+62' || pg_catalog.substr(p_phone_text, 2)
            when p_phone_text ~ '^62' then '+' || p_phone_text
            when p_phone_text ~ '^8' then '+62' || p_phone_text
            else p_phone_text
        end,
        E'^\\+620(?=[1-9])', '+62'
    )
$$;
comment on function logic.international_phone is 'A phone number, or the beginning of one, with its country; as logic.phone_text gives it.';
