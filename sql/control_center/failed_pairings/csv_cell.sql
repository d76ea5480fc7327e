-- A spreadsheet runs a text that begins like a formula; a leading apostrophe makes it text. Where the spreadsheet's
-- separator is not the comma, it ignores quotes within a line and begins a cell after each separator or line break of
-- the text, so an apostrophe goes there too.
create or replace function logic.csv_cell(p_text text)
returns text
language sql immutable security invoker
as $$
    select '"' || pg_catalog.replace(
        pg_catalog.regexp_replace(
            pg_catalog.regexp_replace(
                coalesce(p_text, ''),
                E'^(?=[\\s\\u0001-\\u0020\\u00A0\\u200B\\u3000\\uFEFF"]*[-=+@＝＋－＠−﹢﹣﹦﹫]|[\\t\\r\\n])',
                ''''
            ),
            E'([;|\\t\\n\\v\\f\\r\\u0085\\u2028\\u2029])(?=[\\s\\u0001-\\u0020\\u00A0\\u200B\\u3000\\uFEFF"]*[-=+@＝＋－＠−﹢﹣﹦﹫])',
            E'\\1''',
            'g'
        ),
        '"',
        '""'
    ) || '"'
$$;
comment on function logic.csv_cell is 'A text as a quoted cell of a CSV file (RFC 4180), empty when null, which no spreadsheet takes for a formula, whatever its separator.';
