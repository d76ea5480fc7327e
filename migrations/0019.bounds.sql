-- depends: 0018.told-and-closed
set role curhat_owner;

-- No foreign key: it would lock the mitra's row, and whoever holds that row is why this table is here.
create table data.offers_owed (
    id bigint generated always as identity primary key,
    mitra_id uuid not null,
    due_at timestamptz not null
);
comment on table data.offers_owed is
    'Mitras whose offers are to be brought in line as soon as nobody holds their row. Nearly always empty.';
create index offers_owed_of_mitra on data.offers_owed (mitra_id);

alter table data.heartbeats add column gaps timestamptz[] not null default '{}';
comment on column data.heartbeats.gaps is 'When the work began again after a pause of more than 15 seconds: the last two times.';

insert into data.app_config (position, key, value, value_type, minimum, maximum, options, unit, label, explanation) values
(31, 'messages_per_minute', '60', 'integer', 10, 600, null, 'pesan',
    'Pesan per menit',
    'Berapa pesan yang boleh dikirim satu orang dalam satu menit di sebuah percakapan. Selebihnya diminta menunggu.'),
(32, 'messages_per_chat', '2500', 'integer', 200, 20000, null, 'pesan',
    'Pesan per percakapan',
    'Berapa pesan yang boleh ada dalam satu percakapan, dari kedua pihak bersama-sama.'),
(33, 'payments_per_hour', '120', 'integer', 10, 1000, null, 'pembayaran',
    'Pembayaran per jam',
    'Berapa sesi pembayaran yang boleh dibuat satu pelanggan dalam satu jam, termasuk yang tidak jadi dibayar.'),
(34, 'idempotency_keys_per_day', '120', 'integer', 50, 10000, null, 'kunci',
    'Kunci idempotensi per hari',
    'Berapa Idempotency-Key berbeda yang boleh dipakai satu pelanggan dalam satu hari.');

insert into data.app_config_history (key, version, value, changed_at, changed_by)
select key, version, value, updated_at, updated_by from data.app_config
where key in ('messages_per_minute', 'messages_per_chat', 'payments_per_hour', 'idempotency_keys_per_day');

reset role;
