-- Somebody who works by hand may leave a transaction open, and others wait for its locks. From this call to the end of
-- the transaction Postgres bounds its lock waits, its statements and its idle time; a session that idles longer is
-- ended, and its transaction rolled back. Settings of the login would not do: it may have none, and takes none from the
-- roles that it is a member of. The app's sessions set their own.
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
