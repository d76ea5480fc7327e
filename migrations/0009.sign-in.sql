-- depends: 0008.figures
set role curhat_owner;

alter table data.users add column blocked_at timestamptz;
alter table data.mitras add column blocked_at timestamptz;
comment on column data.users.blocked_at is 'Since when they may not sign in or stay signed in.';
comment on column data.mitras.blocked_at is 'Since when they may not sign in or stay signed in.';

alter table data.cc_users add column password_hash text
constraint password_is_hashed check (password_hash like '$argon2id$%');
alter table data.cc_users add column active boolean not null default true;
alter table data.cc_users add column is_demo boolean not null default false;
comment on column data.cc_users.password_hash is 'Argon2id, as the app writes it. Without one nobody signs in.';
comment on column data.cc_users.is_demo is 'Their password is known to everybody: production lets none of them in.';

-- A row for each number or address that somebody tries to sign in with, whether anybody has it or not: what is answered
-- must not tell. It is gone when the sign-in succeeds, and after a quiet day.
create table data.sign_in_attempts (
    audience text not null,
    name text not null,
    code_hash text,
    code_expires_at timestamptz,
    codes_sent integer not null default 0,
    next_code_at timestamptz,
    failures integer not null default 0,
    lockouts integer not null default 0,
    locked_until timestamptz,
    touched_at timestamptz not null,
    primary key (audience, name),
    constraint audience_is_known check (audience in ('customer', 'mitra', 'operator')),
    constraint code_is_hashed check (code_hash ~ '^[0-9a-f]{64}$'),
    constraint code_expires check ((code_hash is null) = (code_expires_at is null)),
    constraint counts_are_not_negative check (codes_sent >= 0 and failures >= 0 and lockouts >= 0)
);
comment on table data.sign_in_attempts is
    'Who is about to sign in: the one-time code that holds, and what was asked and tried since the last success.';
comment on column data.sign_in_attempts.name is 'The phone number of a customer or mitra, the e-mail address of an operator.';
comment on column data.sign_in_attempts.failures is 'Wrong tries since the last success or lock-out; another code does not forgive them.';
create index sign_in_attempts_touched_at on data.sign_in_attempts (touched_at);

-- One row for each sign-in, changed in place by every refresh: the token that holds, and the one before it. Whatever
-- else is shown for it is a token that was used up, so nothing older needs to be kept to recognise a replay.
create table data.sign_ins (
    id uuid primary key,
    audience text not null,
    person_id uuid not null,
    token_hash text not null,
    previous_hash text,
    salt text,
    created_at timestamptz not null,
    refreshed_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    end_reason text,
    constraint audience_is_known check (audience in ('customer', 'mitra', 'operator')),
    constraint tokens_are_hashed check (token_hash ~ '^[0-9a-f]{64}$' and previous_hash ~ '^[0-9a-f]{64}$'),
    constraint salt_goes_with_the_previous_token check ((salt is null) = (previous_hash is null)),
    constraint end_reason_is_known check (end_reason in ('signed_out', 'replayed', 'barred', 'password_changed')),
    constraint ended_says_why check ((ended_at is null) = (end_reason is null))
) with (fillfactor = 70);
comment on table data.sign_ins is 'A device that is signed in: a family of refresh tokens, of which one holds.';
comment on column data.sign_ins.salt is 'What the token that holds was derived with from the previous one, which is not stored.';
create index sign_ins_of_person on data.sign_ins (person_id) where ended_at is null;
create index sign_ins_expires_at on data.sign_ins (expires_at);

insert into data.app_config (position, key, value, value_type, minimum, maximum, options, unit, label, explanation) values
(11, 'otp_ttl_seconds', '300', 'integer', 60, 1800, null, 'detik',
    'Masa berlaku kode masuk',
    'Berapa lama kode masuk sekali pakai berlaku sejak dikirim.'),
(12, 'otp_max_attempts', '5', 'integer', 3, 10, null, 'kali',
    'Batas salah saat masuk',
    'Setelah sekian kali salah, kode atau kata sandi tidak diterima lagi untuk sementara. Tiap kali berikutnya lebih lama.'),
(13, 'sign_in_lifetime_days', '30', 'integer', 1, 365, null, 'hari',
    'Masa berlaku masuk',
    'Berapa lama pelanggan dan bestie tetap masuk tanpa membuka aplikasi. Operator: dua belas jam.');

insert into data.app_config_history (key, version, value, changed_at, changed_by)
select key, version, value, updated_at, updated_by from data.app_config
where key in ('otp_ttl_seconds', 'otp_max_attempts', 'sign_in_lifetime_days');

reset role;
