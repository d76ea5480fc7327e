create or replace function logic.name_pattern(p_search text)
returns text
language sql immutable security invoker
as $$ select '%' || pg_catalog.regexp_replace(logic.clean_line(p_search), E'([\\\\%_])', E'\\\\\\1', 'g') || '%' $$;
comment on function logic.name_pattern is 'A search as a pattern for ilike: the text anywhere in a name, written as names are kept.';
