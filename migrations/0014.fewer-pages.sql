-- depends: 0012.plans-that-hold
-- A customer who comes back after months finds nothing of theirs in memory, and each new row waits for the page where
-- it goes in every index that begins with the customer: one less for a search, one less for a chat. It lands before
-- there are millions of rows, so it builds its index within its transaction.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
set role curhat_owner;

-- Nobody asks for the searches of a customer but for the one that runs; the others are found by their payments.
drop index data.pairing_requests_of_customer;

-- A customer's chats, newest first, and with whom.
drop index data.chat_sessions_of_customer;
drop index data.chat_sessions_of_pair;
create index chat_sessions_of_customer on data.chat_sessions (customer_id, started_at desc, id desc) include (mitra_id);

reset role;
