-- Whoever writes events outside the app (psql, pg_cron, a listener) rings in the transaction itself.
-- The app rings after its commit instead: a commit that carries NOTIFY holds a cluster-wide lock.
create or replace function logic.ring_for_outbox()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if coalesce(current_setting('curhat.app_rings', true), '') <> 'on' then
        perform pg_notify('curhat_bell', '');
    end if;
    return null;
end
$$;
comment on function logic.ring_for_outbox is 'Trigger: wakes the relay, unless the session has said that it rings by itself.';
