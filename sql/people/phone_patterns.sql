-- As logic.normal_phone reads it; for part of a number the digits as they stand: 0812-3456, +62 812 3456, 3456.
create or replace function logic.phone_patterns(p_search text)
returns text[]
language sql immutable security invoker
as $$
    select array[
        '%' || pg_catalog.ltrim(d.digits, '+') || '%',
        '%' || pg_catalog.ltrim(logic.international_phone(d.digits), '+') || '%'
    ]
    from (select logic.phone_text(p_search) as digits) d
    where d.digits ~ E'^\\+?[0-9]+$'
$$;
comment on function logic.phone_patterns is 'A search as patterns for like, any of which will do: these digits of a phone number; null when it is none.';
