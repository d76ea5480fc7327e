-- Pasted text holds more than is seen: bidirectional controls, non-breaking hyphens, full-width digits.
create or replace function logic.phone_text(p_text text)
returns text
language sql immutable security invoker
as $$
    select pg_catalog.regexp_replace(
        pg_catalog.regexp_replace(
            pg_catalog.regexp_replace(logic.clean_line(p_text), '^tel: ?', '', 'i'),
            E'^((?:\\+|00).*)\\( ?0 ?\\)', E'\\1'
        ),
        E'[\\s()./\\u200c\\u200d\\ufe00-\\ufe0f\\u2010-\\u2015\\u2043\\u2212\\u30fb\\u00b7-]', '', 'g'
    )
$$;
comment on function logic.phone_text is
    'A phone number, or a part of one, without the characters between its digits; "+44 (0)20" has no (0) inside a country.';
