-- depends: 0005.payments
set role curhat_owner;

create table data.pairing_requests (
    id uuid primary key default gen_random_uuid(),
    payment_session_id uuid not null references data.payment_sessions (id),
    customer_id uuid not null references data.users (id),
    request_type text not null,
    targeted_mitra_id uuid references data.mitras (id),
    status text not null default 'searching',
    created_at timestamptz not null,
    deadline_at timestamptz not null,
    closed_at timestamptz,
    constraint request_type_is_known check (request_type in ('general', 'returning')),
    constraint returning_has_a_target check ((request_type = 'returning') = (targeted_mitra_id is not null)),
    constraint status_is_known check (status in ('searching', 'matched', 'failed', 'cancelled')),
    constraint closed_says_when check ((status = 'searching') = (closed_at is null))
) with (fillfactor = 80);
comment on table data.pairing_requests is 'A search: a general blast, or one mitra asked again.';

create index pairing_requests_of_payment on data.pairing_requests (payment_session_id, created_at);
create index pairing_requests_targeted_mitra on data.pairing_requests (targeted_mitra_id) where targeted_mitra_id is not null;
create index pairing_requests_created_at on data.pairing_requests (created_at);
create unique index pairing_requests_one_search on data.pairing_requests (customer_id) where status = 'searching';
create index pairing_requests_of_customer on data.pairing_requests (customer_id, created_at desc);
create index pairing_requests_deadline_at on data.pairing_requests (deadline_at) where status = 'searching';

create table data.pairing_offers (
    id bigint generated always as identity primary key,
    request_id uuid not null references data.pairing_requests (id),
    mitra_id uuid not null references data.mitras (id),
    status text not null default 'offered',
    sent_at timestamptz not null,
    seen_at timestamptz,
    closed_at timestamptz,
    constraint status_is_known check (status in ('offered', 'accepted', 'declined', 'auto_rejected', 'withdrawn')),
    constraint closed_says_when check ((status = 'offered') = (closed_at is null))
) with (fillfactor = 80);
comment on table data.pairing_offers is
    'A search shown to one mitra: when it was sent, seen and closed. One who left and came back is offered it anew.';

create unique index pairing_offers_one_open on data.pairing_offers (request_id, mitra_id) where status = 'offered';
create unique index pairing_offers_one_accepted on data.pairing_offers (request_id) where status = 'accepted';
create index pairing_offers_of_request on data.pairing_offers (request_id, mitra_id, id);
create index pairing_offers_of_mitra on data.pairing_offers (mitra_id, sent_at, id);
create index pairing_offers_open_of_mitra on data.pairing_offers (mitra_id) where status = 'offered';

create table data.pairing_failures (
    id uuid primary key default gen_random_uuid(),
    payment_session_id uuid not null references data.payment_sessions (id),
    pairing_request_id uuid references data.pairing_requests (id),
    customer_id uuid not null references data.users (id),
    targeted_mitra_id uuid references data.mitras (id),
    cause_tag text not null,
    amount integer not null,
    refund_due boolean not null,
    note text,
    superseded_at timestamptz,
    operator_action text,
    action_note text,
    actioned_by text,
    actioned_at timestamptz,
    created_at timestamptz not null,
    constraint cause_tag_is_known check (
        cause_tag in (
            'no_mitra_available', 'all_mitras_rejected', 'targeted_mitra_offline', 'targeted_mitra_rejected',
            'targeted_mitra_timeout', 'payment_session_expired', 'customer_cancelled'
        )
    ),
    constraint operator_action_is_known check (operator_action in ('refunded', 'credited', 'no_action')),
    constraint action_says_who_and_when check (
        (operator_action is null) = (actioned_by is null) and (operator_action is null) = (actioned_at is null)
    ),
    constraint superseded_is_never_actioned check (superseded_at is null or operator_action is null)
) with (fillfactor = 80);
comment on table data.pairing_failures is 'Every pairing or extension that failed, with its cause. An operator decides on the money.';
comment on column data.pairing_failures.refund_due is 'Whether money had been taken when it failed.';
comment on column data.pairing_failures.superseded_at is 'When the customer chose another bestie instead: the payment lives on.';

create unique index pairing_failures_one_open on data.pairing_failures (payment_session_id) where superseded_at is null;
create index pairing_failures_of_payment on data.pairing_failures (payment_session_id);
create index pairing_failures_of_request on data.pairing_failures (pairing_request_id) where pairing_request_id is not null;
create index pairing_failures_of_customer on data.pairing_failures (customer_id, created_at desc);
create index pairing_failures_targeted_mitra on data.pairing_failures (targeted_mitra_id) where targeted_mitra_id is not null;
create index pairing_failures_created_at on data.pairing_failures (created_at desc, id desc);
create index pairing_failures_cause on data.pairing_failures (cause_tag, created_at desc, id desc);
create index pairing_failures_needs_action on data.pairing_failures (created_at desc, id desc)
where refund_due and operator_action is null and superseded_at is null;

reset role;
