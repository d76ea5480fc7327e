-- depends: 0002.configuration
set role curhat_owner;

create table data.users (
    id uuid primary key default gen_random_uuid(),
    phone text not null unique,
    display_name text not null,
    created_at timestamptz not null,
    constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
    constraint display_name_is_short check (char_length(display_name) between 1 and 60)
);
comment on table data.users is 'Customers.';

-- Presence stands beside the person, since a blast must see both in one locked row. Leases are renewed
-- every few seconds, so the rows leave room for updates in place.
create table data.mitras (
    id uuid primary key default gen_random_uuid(),
    phone text not null unique,
    display_name text not null,
    created_at timestamptz not null,
    declared_online boolean not null default false,
    status_changed_at timestamptz not null,
    reachable_until timestamptz,
    idle_since timestamptz not null,
    offers_due_at timestamptz,
    constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
    constraint display_name_is_short check (char_length(display_name) between 1 and 60),
    constraint lease_only_while_declared_online check (declared_online or reachable_until is null)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
comment on table data.mitras is 'Paid listeners, shown to customers as "bestie", with their presence.';
comment on column data.mitras.declared_online is 'What the mitra''s own switch says.';
comment on column data.mitras.reachable_until is 'The presence lease: null once it has lapsed or when offline.';
comment on column data.mitras.idle_since is 'Since when the mitra has had no chat to end: the longest idle is offered a search first.';
comment on column data.mitras.offers_due_at is 'When the mitra''s open offers are to be brought in line with their presence and load.';

create index mitras_reachable_until on data.mitras (reachable_until) where reachable_until is not null;
create index mitras_offers_due_at on data.mitras (offers_due_at) where offers_due_at is not null;

create table data.cc_users (
    id uuid primary key default gen_random_uuid(),
    email text not null,
    display_name text not null,
    role text not null,
    created_at timestamptz not null,
    constraint role_is_known check (role in ('viewer', 'operator', 'admin')),
    constraint display_name_is_short check (char_length(display_name) between 1 and 60)
);
create unique index cc_users_email on data.cc_users (lower(email));
comment on table data.cc_users is 'People of the control center.';

create table data.service_state (
    only_row boolean primary key default true,
    any_mitra_reachable boolean not null default false,
    constraint one_row check (only_row)
);
comment on table data.service_state is
    'Whether anyone was reachable when it was last looked at, so that the last to go and the first to come are each told once.';
insert into data.service_state default values;

reset role;
