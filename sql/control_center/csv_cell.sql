-- A spreadsheet takes a text that begins like a formula for one, and would run it: an apostrophe makes it text.
create or replace function logic.csv_cell(p_text text)
returns text
language sql immutable security invoker
as $$
    select coalesce(
        '"' || case when p_text ~ E'^[[:space:]]*[-=+@＝＋－＠]|^[\t\r\n]' then '''' else '' end || pg_catalog.replace(p_text, '"', '""') || '"',
        ''
    )
$$;
comment on function logic.csv_cell is 'A text as a cell of a CSV file (RFC 4180) that no spreadsheet takes for a formula; nothing when null.';
