-- depends: 0024.ledger
-- Real money: what a provider is asked to charge, what it says of it, and the notices that it sends.
set role curhat_owner;

create table data.money_source (
    only_row boolean primary key default true,
    provider text not null default 'pretend',
    constraint there_is_one_row check (only_row),
    constraint provider_is_known check (provider in ('pretend', 'midtrans', 'xendit'))
);
comment on table data.money_source is
    'Who takes new payments: nobody (pretend: whoever confirms has paid), or a provider. Set by `curhat migrate` from CURHAT_PAYMENTS.';
insert into data.money_source default values;

create table data.charges (
    id uuid primary key default gen_random_uuid(),
    payment_session_id uuid not null references data.payment_sessions (id),
    customer_id uuid not null references data.users (id),
    provider text not null,
    method text not null,
    amount integer not null,
    status text not null default 'created',
    reference text,
    qr_string text,
    account_number text,
    link text,
    expires_at timestamptz not null,
    paid_amount bigint not null default 0,
    created_at timestamptz not null,
    sent_at timestamptz,
    paid_at timestamptz,
    word text,
    next_call_at timestamptz,
    failed_calls integer not null default 0,
    constraint provider_is_known check (provider in ('midtrans', 'xendit')),
    constraint method_is_known check (method in ('qris', 'gopay', 'bca', 'bni', 'bri', 'permata')),
    constraint amount_is_positive check (amount > 0),
    constraint status_is_known check (
        status in (
            'created', 'pending', 'paid', 'denied', 'cancelled', 'expired', 'partly_refunded', 'refunded', 'charged_back'
        )
    ),
    constraint paid_says_when check ((paid_amount > 0) = (paid_at is not null)),
    constraint paid_has_an_amount check (
        (status in ('paid', 'partly_refunded', 'refunded', 'charged_back')) = (paid_at is not null)
    )
) with (fillfactor = 80);
create index charges_payment_session on data.charges (payment_session_id);
create index charges_customer on data.charges (customer_id, created_at desc);
create index charges_next_call_at on data.charges (next_call_at) where next_call_at is not null;
comment on table data.charges is 'One try to have one payment session paid at one provider. The id is the provider''s order id.';
comment on column data.charges.reference is 'The provider''s own id.';
comment on column data.charges.paid_amount is 'Rupiah that came in by the provider''s word, all of it posted as the customer''s credit.';
comment on column data.charges.word is 'The provider''s last answer, in its own words.';
comment on column data.charges.next_call_at is 'When the provider is called next; null: nothing more is expected.';
comment on column data.charges.failed_calls is 'Calls without a usable answer since the last one that had it.';

create table data.provider_notices (
    id bigint generated always as identity primary key,
    provider text not null,
    dedupe_key text not null,
    about uuid,
    body text not null,
    received_at timestamptz not null,
    handled_at timestamptz,
    constraint provider_is_known check (provider in ('midtrans', 'xendit')),
    constraint body_is_bounded check (char_length(body) <= 65536)
);
create unique index provider_notices_once on data.provider_notices (provider, dedupe_key);
create index provider_notices_unhandled on data.provider_notices (id) where handled_at is null;
create index provider_notices_about on data.provider_notices (about) where about is not null;
create index provider_notices_received_at on data.provider_notices using brin (received_at) with (autosummarize = on);
comment on table data.provider_notices is 'What a provider told us, as it was told. A notice moves no money: it only makes us ask.';
comment on column data.provider_notices.about is 'The order id that it names.';

create table data.refused_notices (
    provider text not null,
    day date not null,
    times bigint not null,
    last_at timestamptz not null,
    last_body text not null,
    primary key (provider, day)
);
comment on table data.refused_notices is 'Notices whose origin could not be proven, counted by day in Jakarta, with the last one.';

create table data.provider_troubles (
    provider text primary key,
    since timestamptz not null,
    word text not null
);
comment on table data.provider_troubles is 'Providers whose last answer was of no use, and since when.';

-- What a provider's answer comes to, whichever provider it is.
create type data.provider_word as (
    state text,
    paid_amount bigint,
    reference text,
    qr_string text,
    account_number text,
    link text
);

reset role;
