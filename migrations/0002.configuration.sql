-- depends: 0001.roles-and-schemas
set role curhat_owner;

create table data.app_config (
    key text primary key,
    value text not null,
    value_type text not null,
    minimum integer,
    maximum integer,
    options text[],
    unit text,
    label text not null,
    explanation text not null,
    position smallint not null,
    version integer not null default 1,
    updated_at timestamptz not null default now(),
    updated_by text not null default 'system',
    constraint value_type_is_known check (value_type in ('integer', 'enum')),
    constraint integer_has_bounds check (value_type <> 'integer' or (minimum is not null and maximum is not null)),
    constraint enum_has_options check (value_type <> 'enum' or cardinality(options) > 0),
    constraint value_fits_its_type check (
        case value_type
            when 'integer' then value ~ '^-?[0-9]{1,9}$' and value::integer between minimum and maximum
            else value = any (options)
        end
    )
);
comment on table data.app_config is 'Live configuration: typed, bounded, labelled in Indonesian, versioned.';

create table data.app_config_history (
    key text not null references data.app_config (key),
    version integer not null,
    value text not null,
    changed_at timestamptz not null,
    changed_by text not null,
    primary key (key, version)
);
comment on table data.app_config_history is 'Every value that a key has had, with who set it and when.';

insert into data.app_config (position, key, value, value_type, minimum, maximum, options, unit, label, explanation) values
(1, 'payment_session_timeout_minutes', '20', 'integer', 1, 1440, null, 'menit',
    'Batas waktu sesi pembayaran',
    'Berapa lama sebuah pembayaran berlaku sejak dibuat. Setelah itu pembayaran yang belum dipakai kedaluwarsa.'),
(2, 'pairing_blast_timeout_seconds', '60', 'integer', 5, 600, null, 'detik',
    'Lama pencarian bestie',
    'Berapa lama permintaan dikirim ke semua bestie yang tersedia sebelum pencarian dinyatakan gagal.'),
(3, 'returning_chat_confirmation_timeout_seconds', '20', 'integer', 5, 300, null, 'detik',
    'Waktu jawab "Curhat lagi"',
    'Berapa lama bestie yang dipilih boleh menjawab sebelum permintaan ditolak otomatis.'),
(4, 'extension_timeout_seconds', '10', 'integer', 5, 300, null, 'detik',
    'Waktu jawab perpanjangan',
    'Berapa lama bestie boleh menjawab permintaan perpanjangan sebelum tindakan otomatis berlaku.'),
(5, 'extension_default_action_on_timeout', 'auto_approve', 'enum', null, null, array['auto_approve', 'auto_reject'], null,
    'Tindakan otomatis perpanjangan',
    'Apa yang terjadi bila bestie tidak menjawab perpanjangan. Bila bestie terputus, perpanjangan selalu ditolak.'),
(6, 'max_customers_per_mitra', '3', 'integer', 1, 50, null, 'pelanggan',
    'Pelanggan per bestie',
    'Berapa percakapan yang boleh dijalani satu bestie pada saat yang sama.'),
(7, 'presence_ttl_seconds', '45', 'integer', 10, 600, null, 'detik',
    'Masa berlaku kehadiran',
    'Berapa lama bestie dianggap terhubung setelah tanda terakhir dari aplikasinya.'),
(8, 'auto_offline_after_missed_offers', '0', 'integer', 0, 100, null, 'permintaan',
    'Offline otomatis setelah terlewat',
    'Setelah sekian permintaan berturut-turut tidak dijawab, bestie dijadikan offline. 0 berarti tidak pernah.'),
(9, 'event_retention_days', '400', 'integer', 31, 3650, null, 'hari',
    'Masa simpan catatan peristiwa',
    'Berapa lama catatan peristiwa disimpan sebelum dihapus otomatis, per bulan penuh.'),
(10, 'message_retention_days', '180', 'integer', 31, 3650, null, 'hari',
    'Masa simpan pesan',
    'Berapa lama isi percakapan disimpan sebelum dihapus otomatis, per bulan penuh.');

insert into data.app_config_history (key, version, value, changed_at, changed_by)
select key, version, value, updated_at, updated_by from data.app_config;

reset role;
