-- NFKC makes plain letters of full-width and mathematical ones, and a plain space of every space.
create or replace function logic.clean_line(p_text text)
returns text
language sql immutable security invoker
as $$
    select pg_catalog.btrim(pg_catalog.regexp_replace(normalize(logic.clean_text(p_text), nfkc), E'[\\s\\u1680]+', ' ', 'g'))
$$;
comment on function logic.clean_line is 'A name or a search, as it is kept and compared: clean, NFKC, single spaces, none around it.';
