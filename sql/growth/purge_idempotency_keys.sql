create or replace function logic.purge_idempotency_keys()
returns void
language sql volatile security definer set search_path = ''
as $$ delete from data.idempotency_keys where created_at < logic.now() - interval '1 day' $$;
comment on function logic.purge_idempotency_keys is 'Deletes idempotency keys after a day.';
