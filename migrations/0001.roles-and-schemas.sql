-- Roles are audiences, schemas are what an audience may use. The owner is nobody's login.
-- Roles belong to the whole cluster: another database of it may have made them already.
do $$
declare
    v_role text;
begin
    foreach v_role in array array['curhat_owner', 'curhat_app', 'curhat_operator', 'curhat_control_center'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
            execute format('create role %I nologin', v_role);
        end if;
        execute format('grant %I to %I', v_role, current_user);
    end loop;
    execute format('grant create on database %I to curhat_owner', current_database());
    execute format('revoke all on database %I from public', current_database());
    execute format(
        'grant connect on database %I to curhat_app, curhat_operator, curhat_control_center', current_database()
    );
end
$$;

revoke all on schema public from public;

create schema data authorization curhat_owner;
create schema logic authorization curhat_owner;
create schema api authorization curhat_owner;
create schema ops authorization curhat_owner;
create schema control_center authorization curhat_owner;

comment on schema data is 'Tables. Nobody but the owner touches them.';
comment on schema logic is 'Private functions, triggers and views that the other schemas are built of.';
comment on schema api is 'What the apps call, one function a request. Replies are jsonb. Role curhat_app.';
comment on schema ops is 'What DBAs and operators call in psql. Replies are rows. Role curhat_operator.';
comment on schema control_center is 'Read views, and the few functions that operators'' screens call. Role curhat_control_center.';

set role curhat_owner;

create table data.applied_migrations (
    id text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
);
comment on table data.applied_migrations is
    'What each migration''s text was when it was applied: an edited one is refused.';

create table data.applied_sql (
    path text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
);
comment on table data.applied_sql is 'Which text of each file of sql/ the database holds.';

reset role;
