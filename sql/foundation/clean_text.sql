-- The one rule for what people write for others to read. The words stay; what breaks the reader's page goes: a letter
-- keeps four marks. Idempotent.
-- Line separators become line feeds first. Removing an invisible character may bring a letter and its mark together.
create or replace function logic.clean_text(p_text text)
returns text
language sql immutable security invoker
as $$
    select pg_catalog.regexp_replace(
        normalize(
            logic.without_invisible(
                pg_catalog.regexp_replace(p_text, E'\\r\\n|[\\r\\u000b\\u000c\\u0085\\u2028\\u2029]', E'\n', 'g')
            ),
            nfc
        ),
        '([' || logic.combining_marks() || ']{4})[' || logic.combining_marks() || ']+', E'\\1', 'g'
    )
$$;
comment on function logic.clean_text is
    'A text as others see it: NFC, without controls, bidirectional controls and invisible characters, at most four marks on a letter.';
