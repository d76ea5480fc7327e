create or replace function logic.seed_phone()
returns text
language sql volatile security definer set search_path = ''
as $$ select '+6200' || lpad((('x' || substr(md5(gen_random_uuid()::text), 1, 15))::bit(60)::bigint % 10000000000)::text, 10, '0') $$;
comment on function logic.seed_phone is 'A random phone number that is assigned to nobody.';
