-- depends: 0008.figures
-- Indexes and columns on tables that are still small: nothing has been released before this.
-- squawk-ignore-file adding-field-with-default, require-concurrent-index-creation, require-concurrent-index-deletion
set role curhat_owner;

-- Failures: what an operator must still decide is a column, so that one index serves every filter of the list: the
-- newest of each cause, decided or not, and any set of them merged.
alter table data.pairing_failures add column needs_action boolean not null
generated always as (refund_due and operator_action is null and superseded_at is null) stored;
comment on column data.pairing_failures.needs_action is 'Whether an operator must still decide on the money.';

drop index data.pairing_failures_needs_action;
create index pairing_failures_needs_action on data.pairing_failures (created_at desc, id desc) where needs_action;
create index pairing_failures_by_cause on data.pairing_failures (needs_action, cause_tag, created_at desc, id desc);

-- Counts of failures, exact at every moment: a trigger appends what each change adds and takes away, so that no two
-- transactions ever want the same row; a pg_cron job folds the rows of a count into one. A total is a sum.
create table data.failure_tallies (
    day date not null,
    cause_tag text not null,
    needs_action boolean not null,
    failures integer not null,
    amount bigint not null
) with (autovacuum_vacuum_scale_factor = 0.05);
comment on table data.failure_tallies is
    'How many failures of a day in Jakarta have which cause, and how much they are about, in rupiah: the sum of the rows.';
create index failure_tallies_day on data.failure_tallies (day, cause_tag, needs_action);

insert into data.failure_tallies (day, cause_tag, needs_action, failures, amount)
select (created_at at time zone 'Asia/Jakarta')::date, cause_tag, needs_action, count(*), sum(amount)
from data.pairing_failures
group by 1, 2, 3;

-- What a list of failures is asked for. Causes and needs are never null; somebody is anybody unless one is named.
create type data.failure_filter as (
    causes text[],
    needs boolean[],
    since timestamptz,
    until timestamptz,
    customer_id uuid,
    mitra_id uuid,
    about uuid[]
);
comment on type data.failure_filter is
    'about: customers, targeted mitras, payment sessions or failures, any of which is enough; null: everybody.';

create table data.hourly_figures (
    hour timestamptz primary key,
    searches integer not null,
    paired integer not null,
    mitras_online double precision not null,
    mitras_online_most integer not null,
    computed_at timestamptz not null
);
comment on table data.hourly_figures is
    'Searches that began in an hour, how many of them paired, and the mitras in reach: on average, and at most. Kept by a pg_cron job.';

-- A customer's history from a place on.
drop index data.payment_sessions_of_customer;
create index payment_sessions_of_customer on data.payment_sessions (customer_id, created_at desc, id desc);

-- Presence changes alone, of which there are few among the events.
create index events_of_presence on data.events (at, id) where entity = 'mitra' and to_status is not null;

-- The audit reads a day's rows and more: pg_cron runs it, screens read what it found.
create table data.audit_findings (
    invariant text not null,
    entity text not null,
    entity_id text not null,
    detail text not null,
    first_found_at timestamptz not null,
    last_found_at timestamptz not null,
    primary key (invariant, entity, entity_id)
);
comment on table data.audit_findings is 'What the last run of ops.audit() by pg_cron found, and since when it finds it.';

-- The patience with the job begins when there is a job.
insert into data.heartbeats (process, at) values ('audit', now());

-- The history of settings as one list: newest first, from a place on.
alter table data.app_config_history add column id bigint generated always as identity;
create unique index app_config_history_id on data.app_config_history (id);

-- People by a part of their name or phone. Nobody may use the extension's schema: an index needs no right to it.
create schema extensions;
create index users_created_at on data.users (created_at desc, id desc);
create index mitras_declared_online on data.mitras (display_name, id) where declared_online;

reset role;
create extension pg_trgm with schema extensions;
set role curhat_owner;

create index users_name_and_phone on data.users
using gin (display_name extensions.gin_trgm_ops, phone extensions.gin_trgm_ops);
create index mitras_name_and_phone on data.mitras
using gin (display_name extensions.gin_trgm_ops, phone extensions.gin_trgm_ops);

reset role;
