-- Run once by a superuser (or a managed server's administrator) on Curhat's database, before the first `curhat migrate`.
-- Running it again is safe, and sets the passwords again. With psql 15 or newer:
--     MIGRATE_PASSWORD=… PUBLIC_PASSWORD=… INTERNAL_PASSWORD=… LISTEN_PASSWORD=… psql --dbname=… --file=prepare.sql
-- The Postgres image runs it when it makes a new cluster.
--
-- Creates a login for each kind of process, with only the privileges that it needs. None is a superuser or may create
-- roles, and only curhat may use tables.
--     curhat           curhat migrate, and the jobs of pg_cron: owns everything
--     curhat_public    curhat serve --only public:   curhat_app
--     curhat_internal  curhat serve --only internal: curhat_control_center
--     curhat_listen    curhat listen:                curhat_listener
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages to warning;

\getenv migrate_password MIGRATE_PASSWORD
\getenv public_password PUBLIC_PASSWORD
\getenv internal_password INTERNAL_PASSWORD
\getenv listen_password LISTEN_PASSWORD
select :{?migrate_password} and :{?public_password} and :{?internal_password} and :{?listen_password} as has_passwords
\gset
\if :has_passwords
\else
    do $$ begin raise exception 'MIGRATE_PASSWORD, PUBLIC_PASSWORD, INTERNAL_PASSWORD and LISTEN_PASSWORD must be set'; end $$;
\endif

begin;

-- Roles are shared by the whole cluster: another database may have created them.
select format('create role %I nologin', role)
from unnest(array['curhat_owner', 'curhat_app', 'curhat_listener', 'curhat_operator', 'curhat_staff_admin', 'curhat_control_center']) role
where not exists (select from pg_roles where rolname = role)
\gexec
select format('create role %I', login)
from unnest(array['curhat', 'curhat_public', 'curhat_internal', 'curhat_listen']) login
where not exists (select from pg_roles where rolname = login)
\gexec

alter role curhat login nocreaterole nocreatedb password :'migrate_password';
alter role curhat_public login nocreaterole nocreatedb password :'public_password';
alter role curhat_internal login nocreaterole nocreatedb password :'internal_password';
alter role curhat_listen login nocreaterole nocreatedb password :'listen_password';

-- With the admin option, since the first migration grants them to the login that runs it.
grant curhat_owner, curhat_app, curhat_listener, curhat_operator, curhat_staff_admin, curhat_control_center to curhat with admin option;
grant pg_monitor to curhat;
grant curhat_app to curhat_public;
grant curhat_listener to curhat_listen;
grant curhat_control_center to curhat_internal;
-- In older versions the listeners had the role of the app.
select 'revoke curhat_app from curhat_listen' where pg_has_role('curhat_listen', 'curhat_app', 'member')
\gexec

-- Without superuser rights, one must be a member of a role to make it an owner.
select format('grant curhat to %I', current_user)
where not (select rolsuper from pg_roles where rolname = current_user)
\gexec
select format('alter database %I owner to curhat', current_database())
\gexec

commit;

-- pg_cron runs in one database of the cluster, possibly another one. Without it, deadlines depend on the deadline
-- listener alone, and ops.health() says so.
select coalesce(current_setting('cron.database_name', true), '') as cron_database
\gset
select :'cron_database' <> '' as has_cron
\gset
\if :has_cron
    \connect :"cron_database"
    set client_min_messages to warning;
    create extension if not exists pg_cron;
    grant usage on schema cron to curhat;
    grant execute on function cron.schedule_in_database to curhat;
\else
    \warn 'pg_cron is not preloaded on this server: deadlines will depend on the deadline listener alone.'
\endif
