-- depends: 0003.people
set role curhat_owner;

-- Partitioned by month so that growth is dropped whole. The default partition catches what no job has made
-- a place for; logic.make_partitions() keeps it empty. An identity column cannot be partitioned before
-- Postgres 17, hence the sequence.
create sequence data.event_ids as bigint;

create table data.events (
    id bigint not null default nextval('data.event_ids'),
    at timestamptz not null,
    type text not null,
    entity text not null,
    entity_id uuid,
    from_status text,
    to_status text,
    customer_id uuid,
    mitra_ids uuid[] not null default '{}',
    actor text not null,
    request_id text,
    body jsonb not null default '{}',
    primary key (id, at)
) partition by range (at);
comment on table data.events is
    'Append-only: audit trail, timeline of a payment, source of every metric and notification. Never message text.';
comment on column data.events.actor is 'customer:<id>, mitra:<id>, operator:<who>, deadline or system.';
comment on column data.events.request_id is 'The request of the app that caused it, as in the app''s logs.';

create index events_of_entity on data.events (entity, entity_id, id);
create index events_at on data.events (at);
create table data.events_default partition of data.events default;

create table data.outbox (
    event_id bigint primary key,
    at timestamptz not null,
    deadline_at timestamptz
) with (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_insert_scale_factor = 0
);
comment on table data.outbox is 'Ids of events that the relay has not handed on yet, written with the event.';
comment on column data.outbox.deadline_at is 'A deadline that this change set: the relay tells the deadline listener.';

create table data.idempotency_keys (
    owner_id uuid not null,
    key text not null,
    function text not null,
    request jsonb not null,
    reply jsonb,
    created_at timestamptz not null,
    primary key (owner_id, key),
    constraint key_is_short check (char_length(key) between 1 and 255)
);
comment on table data.idempotency_keys is
    'The reply that was given to a key, kept in the transaction that did the work. Purged after a day.';
create index idempotency_keys_created_at on data.idempotency_keys (created_at);

create table data.deadline_errors (
    kind text not null,
    id uuid not null,
    error text not null,
    attempts integer not null default 1,
    first_at timestamptz not null,
    retry_at timestamptz not null,
    primary key (kind, id)
);
comment on table data.deadline_errors is 'Deadlines that could not be fired: tried again with growing pauses, shown by ops.audit().';

create table data.heartbeats (
    process text primary key,
    at timestamptz not null
) with (fillfactor = 50);
comment on table data.heartbeats is 'When the relay, the deadline listener and pg_cron last did their work in this database.';

reset role;
