create or replace function api.ring()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform pg_notify('curhat_bell', '');
end
$$;
comment on function api.ring is 'Wakes the relay: something was committed. The app calls it after commits, a few times in a burst at most.';
