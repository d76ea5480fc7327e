-- Everything that waits, with its due time. Each branch reads one partial index in order (migration 0012). The index
-- requires that its first column is not null, and a query must imply that. PostgreSQL 17 drops "is not null" from a
-- query when the column is NOT NULL anyway, so a query compares the column with the least value there is.
create or replace view logic.waits (kind, id, due_at, meaning) as
select 'payment_session'::text, id, expires_at, 'payment or search must be finished'::text
from data.payment_sessions
where status in ('pending', 'confirmed') and expires_at > '-infinity'
union all
select 'pairing_request', id, deadline_at, 'a mitra must accept'
from data.pairing_requests
where status = 'searching' and deadline_at > '-infinity'
union all
select 'extension', id, deadline_at, 'the mitra must answer the extension'
from data.extensions
where status = 'requested' and deadline_at > '-infinity'
union all
select 'chat_session', id, deadline_at, 'a warning, or the end of the chat'
from data.chat_sessions
where deadline_at is not null
union all
select 'mitra_lease', id, reachable_until, 'the mitra must show signs of life'
from data.mitras
where reachable_until is not null
union all
select 'mitra_offers', id, offers_due_at, 'the mitra''s offers must follow their load and reach'
from data.mitras
where offers_due_at is not null
union all
select 'offers_owed', mitra_id, min(due_at), 'the mitra''s offers must follow, and somebody held them'
from data.offers_owed
group by mitra_id;
comment on view logic.waits is 'Every row that waits for a deadline.';
