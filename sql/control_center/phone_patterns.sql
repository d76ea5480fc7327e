-- As people write it: 0812-3456, 0812 3456, +62 812 3456, or the last digits alone.
create or replace function logic.phone_patterns(p_search text)
returns text[]
language sql immutable security invoker
as $$
    select array['%' || d.digits || '%', '%' || pg_catalog.regexp_replace(d.digits, '^0', '62') || '%']
    from (select pg_catalog.regexp_replace(p_search, '[^0-9]', '', 'g') as digits) d
    where p_search ~ '^[-+ ().0-9]*[0-9][-+ ().0-9]*$'
$$;
comment on function logic.phone_patterns is 'A search as patterns for like, any of which will do: these digits of a phone number; null when it is none.';
