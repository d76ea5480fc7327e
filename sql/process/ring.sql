create or replace function api.ring()
returns void
language sql volatile security definer set search_path = ''
as $$ select pg_notify('curhat_bell', '') $$;
comment on function api.ring is 'Wakes the relay: something was committed. The app calls it after commits, a few times in a burst at most.';
