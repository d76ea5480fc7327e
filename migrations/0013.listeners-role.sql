-- depends: 0012.plans-that-hold
-- The listeners get a role of their own: they call four functions, and had the rights of the whole app.
-- Whoever may make no roles, as where prepare.sql has set the database up, needs its administrator for this one.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'curhat_listener') then
        if not (select rolcreaterole or rolsuper from pg_catalog.pg_roles where rolname = current_user) then
            raise exception 'the role curhat_listener is missing, and % may make none: '
                'let an administrator run deploy/postgres/prepare.sql again', current_user;
        end if;
        create role curhat_listener nologin;
    end if;
    execute format('grant curhat_listener to %I', current_user);
    execute format('grant connect on database %I to curhat_listener', current_database());
end
$$;
