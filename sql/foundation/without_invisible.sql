-- Controls but tab and line feed, bidirectional controls, zero-width characters, fillers, tags, and annotation marks.
-- Joiners and variation selectors stay: scripts and emoji are written with them.
create or replace function logic.without_invisible(p_text text)
returns text
language sql immutable security invoker
as $$
    select pg_catalog.regexp_replace(
        p_text,
        E'[\\u0001-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f'
        || E'\\u202a-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a'
        || E'\\U000e0000-\\U000e0fff]',
        '', 'g'
    )
$$;
comment on function logic.without_invisible is 'A text without invisible characters and bidirectional controls.';
