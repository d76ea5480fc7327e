-- The app sends a keyed hash, which says nothing without its key. Bound to the number, it does not show that two people
-- have the same code.
create or replace function logic.code_hash(p_audience text, p_phone text, p_keyed_hash text)
returns text
language sql stable security invoker
as $$ select encode(sha256(convert_to(concat_ws(' ', p_audience, p_phone, p_keyed_hash), 'UTF8')), 'hex') $$;
comment on function logic.code_hash is 'A one-time code as it is stored.';
