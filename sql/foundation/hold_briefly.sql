-- Whoever works by hand may leave a transaction open, and everybody waits for what it holds. From the call on and until
-- that transaction is over, Postgres bounds how long it waits, how long a statement of it takes and how long it idles; a
-- session that idles longer is ended, and nothing of it is done. The login's own settings do not count: they may be
-- none, and a role that a login is a member of gives it no settings. The app's sessions say their own.
create or replace function logic.hold_briefly()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if current_setting('curhat.app_rings', true) = 'on' then
        return;
    end if;
    perform pg_catalog.set_config(s.name, b.value, true)
    from (values
        ('idle_in_transaction_session_timeout', '10s'),
        ('lock_timeout', '5s'),
        ('statement_timeout', '30s'),
        ('transaction_timeout', '60s')
    ) b (name, value)
    join pg_settings s using (name);
end
$$;
comment on function logic.hold_briefly is
    'Bounds the rest of this transaction: 10 s idle, 5 s for a lock, 30 s for each further statement, 60 s in all (Postgres 17).';
