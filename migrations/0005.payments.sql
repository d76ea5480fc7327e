-- depends: 0004.events
set role curhat_owner;

create table data.price_tiers (
    id uuid primary key default gen_random_uuid(),
    duration_minutes integer not null,
    amount integer not null,
    for_extension boolean not null default false,
    active boolean not null default true,
    constraint duration_is_positive check (duration_minutes between 1 and 600),
    constraint amount_is_positive check (amount > 0)
);
create unique index price_tiers_one_per_duration on data.price_tiers (for_extension, duration_minutes) where active;
comment on table data.price_tiers is 'What a duration costs, in whole rupiah. The free trial is the shortest first-chat tier at 0.';

create table data.payment_sessions (
    id uuid primary key default gen_random_uuid(),
    customer_id uuid not null references data.users (id),
    amount integer not null default 0,
    duration_minutes integer not null,
    is_free_trial boolean not null default false,
    is_extension boolean not null default false,
    status text not null default 'pending',
    tier_id uuid references data.price_tiers (id),
    targeted_mitra_id uuid references data.mitras (id),
    created_at timestamptz not null,
    confirmed_at timestamptz,
    charged_at timestamptz,
    consumed_at timestamptz,
    expires_at timestamptz not null,
    constraint status_is_known check (
        status in ('pending', 'confirmed', 'consumed', 'failed_pairing', 'abandoned', 'expired')
    ),
    constraint amount_is_not_negative check (amount >= 0),
    constraint duration_is_positive check (duration_minutes > 0),
    constraint free_trial_costs_nothing check (not is_free_trial or amount = 0),
    constraint extension_is_never_a_free_trial check (not (is_extension and is_free_trial)),
    constraint extension_has_no_target check (not is_extension or targeted_mitra_id is null),
    constraint confirmed_says_when check (
        (status in ('confirmed', 'consumed', 'failed_pairing')) = (confirmed_at is not null)
    ),
    constraint consumed_says_when check ((status = 'consumed') = (consumed_at is not null)),
    constraint nothing_free_is_charged check (charged_at is null or amount > 0),
    constraint first_chat_is_charged_at_confirm check (
        is_extension or confirmed_at is null or amount = 0 or charged_at is not null
    ),
    constraint extension_is_charged_when_consumed check (
        not is_extension or amount = 0 or (charged_at is not null) = (status = 'consumed')
    )
) with (fillfactor = 80);
comment on table data.payment_sessions is 'What a customer pays: one accountable end for each.';
comment on column data.payment_sessions.charged_at is
    'When money was taken: at confirm for a first chat, at approval for an extension, never for 0.';

create index payment_sessions_of_customer on data.payment_sessions (customer_id, created_at desc);
create index payment_sessions_targeted_mitra on data.payment_sessions (targeted_mitra_id) where targeted_mitra_id is not null;
create index payment_sessions_tier on data.payment_sessions (tier_id) where tier_id is not null;
create index payment_sessions_live_expires_at on data.payment_sessions (expires_at) where status in ('pending', 'confirmed');
create index payment_sessions_created_at on data.payment_sessions (created_at);
create index payment_sessions_charged_at on data.payment_sessions (charged_at) where charged_at is not null;
create unique index payment_sessions_one_pending on data.payment_sessions (customer_id, is_extension) where status = 'pending';
create unique index payment_sessions_one_free_trial on data.payment_sessions (customer_id)
where is_free_trial and status in ('confirmed', 'consumed');

insert into data.price_tiers (id, duration_minutes, amount, for_extension) values
('0b3c9d1e-0001-4000-8000-000000000015', 15, 15000, false),
('0b3c9d1e-0001-4000-8000-000000000030', 30, 25000, false),
('0b3c9d1e-0001-4000-8000-000000000060', 60, 45000, false),
('0b3c9d1e-0002-4000-8000-000000000015', 15, 12000, true),
('0b3c9d1e-0002-4000-8000-000000000030', 30, 22000, true);

reset role;
