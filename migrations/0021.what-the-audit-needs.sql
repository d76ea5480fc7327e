-- depends: 0020.who-it-is
-- What the audit cannot derive from the rows alone: what an event said when it was written, which events were handed
-- on, and since when whoever fires deadlines has been at it without a pause.
-- squawk-ignore-file require-concurrent-index-creation, adding-field-with-default
set role curhat_owner;

alter table data.events add column digest bigint;
comment on column data.events.digest is
    'logic.event_digest of the row as it was appended, so that an edit is found. Null: older than this column.';

create table data.handed_on (
    since timestamptz not null,
    event_ids int8multirange not null
);
comment on table data.handed_on is
    'Ids of the events that the relay has taken from the outbox, with the time of the earliest: a row for each batch, folded into one for each day.';

-- Until the new functions are there nobody notes it: see logic.noted_since.
insert into data.handed_on (since, event_ids)
select '-infinity', '{}' where exists (select from data.events);

alter table data.heartbeats add column since timestamptz not null default now();
comment on column data.heartbeats.since is 'Since when it has worked without a pause of half a minute.';

-- Chats of a time are asked for by the audit. They lie in the order of their beginning, so a summary finds them.
create index chat_sessions_started_at on data.chat_sessions using brin (started_at) with (autosummarize = on);

-- Of millions of customers few are blocked.
create index users_blocked_at on data.users (blocked_at) where blocked_at is not null;

reset role;
