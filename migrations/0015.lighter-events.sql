-- depends: 0013.listeners-role 0014.fewer-pages
-- Every transition appends an event, and each index of the events costs it. Events lie in the order of their times, so
-- a summary of each stretch of pages finds a span of time as well as a tree does. An id is of one entity alone, so
-- which it is need not be in the index. Like 0014 it lands before there are millions of rows.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
set role curhat_owner;

drop index data.events_at;
create index events_at on data.events using brin (at) with (autosummarize = on);

drop index data.events_of_entity;
create index events_of_entity on data.events (entity_id, id);

reset role;
