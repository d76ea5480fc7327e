-- A flag is two characters, a family of emoji seven or more, a letter with its accents one or several.
create or replace function logic.seen_length(p_text text)
returns integer
language sql immutable security invoker
as $$
    select pg_catalog.char_length(pg_catalog.regexp_replace(
        pg_catalog.regexp_replace(
            p_text, E'\\u200d.|[\\ufe00-\\ufe0f\\u200c\\u200d\\U0001f3fb-\\U0001f3ff' || logic.combining_marks() || ']', '', 'g'
        ),
        E'[\\U0001f1e6-\\U0001f1ff]{2}', 'x', 'g'
    ))
$$;
comment on function logic.seen_length is 'How many characters of a text a reader sees.';
