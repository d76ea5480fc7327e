-- depends: 0006.pairing
set role curhat_owner;

create table data.chat_sessions (
    id uuid primary key default gen_random_uuid(),
    payment_session_id uuid not null unique references data.payment_sessions (id),
    pairing_request_id uuid not null unique references data.pairing_requests (id),
    customer_id uuid not null references data.users (id),
    mitra_id uuid not null references data.mitras (id),
    status text not null default 'active',
    duration_minutes integer not null,
    started_at timestamptz not null,
    ends_at timestamptz not null,
    deadline_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    end_note text,
    last_seq bigint not null default 0,
    customer_read_seq bigint not null default 0,
    mitra_read_seq bigint not null default 0,
    constraint status_is_known check (status in ('active', 'ended')),
    constraint end_reason_is_known check (
        end_reason in ('time_up', 'ended_by_customer', 'ended_by_mitra', 'ended_by_operator', 'continued')
    ),
    constraint ended_says_when_and_why check (
        (status = 'ended') = (ended_at is not null) and (status = 'ended') = (end_reason is not null)
    ),
    constraint nobody_reads_ahead check (customer_read_seq <= last_seq and mitra_read_seq <= last_seq)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
comment on table data.chat_sessions is 'A chat that a consumed payment bought.';
comment on column data.chat_sessions.deadline_at is
    'When something is next to happen by itself: a warning, or the end. Null while an extension is pending, and once ended.';

create unique index chat_sessions_one_active on data.chat_sessions (customer_id) where status = 'active';
create index chat_sessions_active_of_mitra on data.chat_sessions (mitra_id) where status = 'active';
create index chat_sessions_deadline_at on data.chat_sessions (deadline_at) where deadline_at is not null;
create index chat_sessions_of_customer on data.chat_sessions (customer_id, started_at desc, id desc);
create index chat_sessions_of_mitra on data.chat_sessions (mitra_id, started_at desc, id desc);
create index chat_sessions_of_pair on data.chat_sessions (customer_id, mitra_id);

-- Partitioned by month like the events. A client_message_id is unique in its chat: the chat's row lock sees to it.
create table data.chat_messages (
    chat_session_id uuid not null references data.chat_sessions (id),
    seq bigint not null,
    sender text not null,
    client_message_id uuid not null,
    body text not null,
    sent_at timestamptz not null,
    primary key (chat_session_id, seq, sent_at),
    constraint sender_is_known check (sender in ('customer', 'mitra')),
    constraint body_has_text check (char_length(body) between 1 and 4000)
) partition by range (sent_at);
comment on table data.chat_messages is 'What was said: the only place where message text stands.';

create index chat_messages_client_id on data.chat_messages (chat_session_id, client_message_id);
create table data.chat_messages_default partition of data.chat_messages default;

create table data.extensions (
    id uuid primary key default gen_random_uuid(),
    chat_session_id uuid not null references data.chat_sessions (id),
    payment_session_id uuid not null unique references data.payment_sessions (id),
    customer_id uuid not null references data.users (id),
    mitra_id uuid not null references data.mitras (id),
    duration_minutes integer not null,
    status text not null default 'requested',
    requested_at timestamptz not null,
    deadline_at timestamptz not null,
    closed_at timestamptz,
    constraint status_is_known check (
        status in ('requested', 'approved', 'auto_approved', 'rejected', 'auto_rejected', 'withdrawn')
    ),
    constraint closed_says_when check ((status = 'requested') = (closed_at is null))
) with (fillfactor = 80);
comment on table data.extensions is 'A customer asks for more minutes in the same chat.';

create unique index extensions_one_pending on data.extensions (chat_session_id) where status = 'requested';
create index extensions_of_chat on data.extensions (chat_session_id, requested_at);
create index extensions_requested_at on data.extensions (requested_at);
create index extensions_of_customer on data.extensions (customer_id);
create index extensions_of_mitra on data.extensions (mitra_id);
create index extensions_deadline_at on data.extensions (deadline_at) where status = 'requested';

reset role;
