create or replace function logic.password_salt(p_password_hash text)
returns text
language sql immutable security invoker
as $$ select pg_catalog.substring(p_password_hash, E'^(\\$argon2id\\$v=[0-9]+\\$m=[0-9]+,t=[0-9]+,p=[0-9]+\\$[A-Za-z0-9+/]+)\\$') $$;
comment on function logic.password_salt is
    'The parameters and the salt of an argon2id hash: nothing of the password.';
