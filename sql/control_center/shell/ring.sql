create or replace function control_center.ring()
returns void
language sql volatile security definer set search_path = ''
as $$ select pg_notify('curhat_bell', '') $$;
comment on function control_center.ring is 'As api.ring, for the internal server.';
