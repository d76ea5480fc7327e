-- depends: 0010.control-center
-- Two things that only show once there are millions of rows. It lands before there are any, so it builds its indexes
-- within its transaction, whole or not at all.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
set role curhat_owner;

-- Ids in the order of time (version 7 of RFC 9562): a new row goes to the end of its index, where the last ones went,
-- and not to a page that nobody has read for months. People keep random ids.
do $$
declare
    v_table text;
begin
    foreach v_table in array array[
        'payment_sessions', 'pairing_requests', 'pairing_failures', 'chat_sessions', 'extensions'
    ] loop
        execute format($alter$
            alter table data.%I alter column id set default encode(
                set_bit(set_bit(
                    overlay(
                        uuid_send(gen_random_uuid())
                        placing substring(
                            int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3
                        ) from 1 for 6
                    ), 52, 1
                ), 53, 1),
                'hex'
            )::uuid
        $alter$, v_table);
    end loop;
end
$$;

-- An index of what lives is small, so the planner, whose figures may be from a night when nothing lived, takes any
-- of them to be as good as another, and reads the mitras' through for one customer. Each now says that its first
-- column is not null, which is always so, and which only a query that names the column can be seen to need.
drop index data.payment_sessions_live_expires_at;
create index payment_sessions_live_expires_at on data.payment_sessions (expires_at)
where status in ('pending', 'confirmed') and expires_at is not null;

drop index data.pairing_requests_one_search;
create unique index pairing_requests_one_search on data.pairing_requests (customer_id)
where status = 'searching' and customer_id is not null;
-- The function that names this index by what it holds is replaced a moment later, by its file: until then it names none.
do $$
declare
    v_function text;
begin
    for v_function in
        select pg_get_functiondef(oid) from pg_proc
        where pronamespace = 'logic'::regnamespace and proname = 'insert_search'
    loop
        execute replace(v_function, $from$on conflict (customer_id) where status = 'searching' do$from$, 'on conflict do');
    end loop;
end
$$;
drop index data.pairing_requests_deadline_at;
create index pairing_requests_deadline_at on data.pairing_requests (deadline_at)
where status = 'searching' and deadline_at is not null;

drop index data.pairing_offers_one_open;
create unique index pairing_offers_one_open on data.pairing_offers (request_id, mitra_id)
where status = 'offered' and request_id is not null;
drop index data.pairing_offers_open_of_mitra;
create index pairing_offers_open_of_mitra on data.pairing_offers (mitra_id)
where status = 'offered' and mitra_id is not null;

drop index data.chat_sessions_one_active;
create unique index chat_sessions_one_active on data.chat_sessions (customer_id)
where status = 'active' and customer_id is not null;
drop index data.chat_sessions_active_of_mitra;
create index chat_sessions_active_of_mitra on data.chat_sessions (mitra_id)
where status = 'active' and mitra_id is not null;

drop index data.extensions_one_pending;
create unique index extensions_one_pending on data.extensions (chat_session_id)
where status = 'requested' and chat_session_id is not null;
drop index data.extensions_deadline_at;
create index extensions_deadline_at on data.extensions (deadline_at)
where status = 'requested' and deadline_at is not null;

reset role;
