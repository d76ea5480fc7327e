-- depends: 0019.bounds
-- Who may be sent a code, how people write to each other, and who did what.
-- Names of a million people are checked in a second; who tries to sign in meanwhile waits that long.
-- squawk-ignore-file ban-drop-constraint, adding-serial-primary-key-field, constraint-missing-not-valid, adding-required-field
set role curhat_owner;

-- Settings: a list of prefixes of phone numbers is a type of its own.
alter table data.app_config drop constraint value_type_is_known;
alter table data.app_config add constraint value_type_is_known check (value_type in ('integer', 'enum', 'prefixes'));
alter table data.app_config drop constraint value_fits_its_type;
alter table data.app_config add constraint value_fits_its_type check (
    case value_type
        when 'integer' then value ~ '^-?[0-9]{1,9}$' and value::integer between minimum and maximum
        when 'prefixes' then value ~ '^[1-9][0-9]{0,6}(,[1-9][0-9]{0,6}){0,99}$'
        else value = any (options)
    end
);

insert into data.app_config (position, key, value, value_type, minimum, maximum, options, unit, label, explanation) values
(20, 'otp_countries', '62', 'prefixes', null, null, null, null,
    'Negara untuk kode masuk',
    'Kode negara yang nomornya boleh dikirimi kode masuk, dipisah koma, misalnya 62,65,60. Nomor premium tidak pernah dikirimi.'),
(21, 'otp_most_per_hour', '1000', 'integer', 1, 100000, null, 'kode',
    'Batas kode per jam',
    'Berapa kode masuk yang dikirim paling banyak dalam satu jam ke semua nomor. Perangkat yang pernah masuk tetap dilayani.');

insert into data.app_config_history (key, version, value, changed_at, changed_by)
select key, version, value, updated_at, updated_by from data.app_config where key in ('otp_countries', 'otp_most_per_hour');

-- A message to one of these costs its sender much, or earns whoever asks for it something. By their first digits.
create table data.premium_prefixes (
    prefix text primary key,
    meaning text not null,
    constraint prefix_is_digits check (prefix ~ '^[1-9][0-9]{0,11}$')
);
comment on table data.premium_prefixes is
    'Numbers that are never sent a code, in whatever country: premium, shared-cost, satellite and international networks.';
insert into data.premium_prefixes (prefix, meaning)
select p.prefix, g.meaning
from (values
    ('no country: satellites, international networks and premium services', array['87', '880', '881', '882', '883', '888', '979']),
    ('Indonesia: free, shared-cost and premium', array['6280']),
    ('Singapore, Malaysia, Thailand, Vietnam: premium',
        array['651900', '60600', '661900', '841900']),
    ('Australia, New Zealand: premium and satellites', array['61190', '6114', '64900']),
    ('Japan, Korea, China, Hong Kong, Taiwan, India: premium', array['81990', '81570', '8260', '852900', '886204', '91190']),
    ('North America: premium', array['1900', '1976']),
    ('the Caribbean within North America''s numbers: a known target of message fraud', array[
        '1242', '1246', '1264', '1268', '1284', '1345', '1441', '1473', '1649', '1658', '1664', '1721', '1758', '1767', '1784',
        '1809', '1829', '1849', '1868', '1869', '1876'
    ]),
    ('Europe: premium and shared-cost', array[
        '4470', '4484', '4487', '449', '3389', '49900', '49137', '49180', '3989', '34803', '34806', '34807', '34905', '31900', '31906',
        '31909', '32900', '32902', '32903', '41900', '41901', '41906', '43900', '43930', '43901', '43931', '46900', '46939', '46944',
        '4782', '45900', '358600', '358700', '35315', '351601', '351607', '4870', '420900', '420906', '36906', '40900', '3090'
    ]),
    ('Russia, Turkey, Israel, the Emirates, South Africa, Brazil: premium', array['7803', '7809', '90900', '90898', '9721900', '971900', '2786', '55900'])
) g (meaning, prefixes)
cross join unnest(g.prefixes) p (prefix)
on conflict do nothing;

-- Codes by the minute, for the bound by the hour.
create table data.code_tallies (
    minute timestamptz primary key,
    sent integer not null default 0,
    refused integer not null default 0,
    constraint counts_are_not_negative check (sent >= 0 and refused >= 0)
) with (fillfactor = 50);
comment on table data.code_tallies is
    'How many one-time codes were made in a minute, and how many refused since the hour had its most; known devices are counted and not refused. Purged after two hours.';

-- A device that has signed in with a number has attempts of its own: what strangers try is counted elsewhere.
alter table data.sign_in_attempts add column device text not null default '';
alter table data.sign_in_attempts add constraint device_is_hashed check (device ~ '^([0-9a-f]{64})?$');
alter table data.sign_in_attempts drop constraint sign_in_attempts_pkey;
alter table data.sign_in_attempts add primary key (audience, name, device);
comment on column data.sign_in_attempts.device is 'The known device that tries, as in data.known_devices; empty for everybody else.';

create table data.known_devices (
    audience text not null,
    phone text not null,
    secret_hash text not null,
    last_used_at timestamptz not null,
    primary key (audience, phone, secret_hash),
    constraint audience_is_known check (audience in ('customer', 'mitra')),
    constraint secret_is_hashed check (secret_hash ~ '^[0-9a-f]{64}$')
);
comment on table data.known_devices is
    'Devices that have signed in with a number, by the hash of a secret that each made for itself: the newest few of each number.';
create index known_devices_last_used_at on data.known_devices (last_used_at);

-- Names: what people see counts, so a letter may be several characters long.
alter table data.users drop constraint display_name_is_short;
alter table data.users add constraint display_name_is_short check (char_length(display_name) between 1 and 240);
alter table data.mitras drop constraint display_name_is_short;
alter table data.mitras add constraint display_name_is_short check (char_length(display_name) between 1 and 240);
alter table data.cc_users drop constraint display_name_is_short;
alter table data.cc_users add constraint display_name_is_short check (char_length(display_name) between 1 and 240);

-- From Unicode's confusables.txt (UTS 39): the single characters of Latin, Greek, Cyrillic, Armenian, Cherokee, Canadian,
-- Coptic, Lisu and Deseret that look like one letter from a to z, and the digits and signs that are written for one.
-- What NFKD makes a plain letter of (full-width, mathematical, with an accent) is left out.
create table data.lookalikes (
    letter text primary key,
    characters text not null,
    constraint letter_is_plain check (letter ~ '^[a-z]$')
);
comment on table data.lookalikes is 'Characters that look like a plain letter, for logic.skeleton().';
insert into data.lookalikes (letter, characters) values
('a', '4@ȺɑΑαАаᎪᗅᴀⱥⱭꓮꭺ'),
('b', '8ƄƅʙΒβВЬвьᏏᏴᏼᑲᖯᗷꓐꞴꞵꮟ'),
('c', 'ΣςСсᏟᴄⲤⲥꓚꮯ𐐕𐐽'),
('d', 'ƊɗԀԁԺժᎠᏧᑯᗞᗪᴅꓒꓓꭰꮷ'),
('e', '3ΕεЄЕеєҼҽᎬᴇꓰꬲꭼ'),
('f', 'ϜϝҒғՔքᖴẝꓝꜰꞘꞙꬵ𝈓'),
('g', 'ƍɡɢԌԍՑցᏀᏳᏻᶃꓖꞬꮐ'),
('h', 'ʜΗНнҺһՀՆհնᎻᏂᕼⲎⲏꓧꮋꮒ'),
('j', 'ʝͿϳЈјᎫᒍᴊꓙꞲꭻ'),
('k', 'ΚκКкᏦᴋⲔⲕꓗꮶ'),
('l', '!1i|ıŁłƖǀɩɪΙιІіӀӏᎥᏞᒪⲒⲓⳐⳑꓡꓲꙆꙇꞮꭵꮮ𐐛𐑃𝈪'),
('m', 'ΜμϺϻМмᎷᗰᴍⲘⲙꓟꮇ'),
('n', 'ɴΝηПпՈՌոռⲚⲛꓠ'),
('o', '0ØøΟοσОоՕօჿᲿᴏᴑⲞⲟꓳꬽ𐐄𐐬'),
('p', 'ΡρРрᏢᑭᴘⲢⲣꓑꮲ'),
('q', 'ԚԛԳԶգզ'),
('r', 'ƦʀГгᎡᎱᏒᖇᴦⲄⲅꓣꭇꭈꭱꮁꮢ𝈖'),
('s', '5$ƼƽЅѕՏտᏕᏚꓢꜱꮥꮪ𐐠𐑈'),
('t', '7ΤτТтᎢᴛⲦⲧꓔꭲ'),
('u', 'ƲʋυЦцՍսᑌᴜꓴꞞꞟꭎꭒ'),
('v', 'νѴѵᏙᐯᴠꓦꮩ𝈍'),
('w', 'ƜɯΩωѠѡԜԝԱաᎳᏔᴡꓪꮃꮤ'),
('x', 'ΧχХхᕁᕽ᙭᙮ⲬⲭꓫꞳꭓ'),
('y', 'ƔɣʏΓΥγУуҮүყᎩᎽᲧᶌỾỿⲨⲩꓬꭚꭹꮍ'),
('z', 'ʐΖζᏃᴢꓜꮓ𐋵');

create table data.reserved_names (
    word text primary key,
    place text not null,
    constraint word_is_plain check (word ~ '^[a-z]+$'),
    constraint place_is_known check (place in ('anywhere', 'beginning', 'word'))
);
comment on table data.reserved_names is
    'Words that a customer or mitra may not have in their name, however written: anywhere, at the beginning of a word, or as a whole word.';
insert into data.reserved_names (word, place) values
('curhat', 'anywhere'), ('customerservice', 'anywhere'), ('customercare', 'anywhere'), ('layananpelanggan', 'anywhere'),
('admin', 'beginning'), ('moderator', 'beginning'), ('operator', 'beginning'), ('support', 'beginning'), ('official', 'beginning'),
('helpdesk', 'beginning'), ('staf', 'word'), ('staff', 'word'), ('system', 'word'), ('sistem', 'word'), ('petugas', 'word');

-- Whoever acts by hand gives a name. The login is not given but known.
alter table data.events add column login text;
comment on column data.events.login is 'The login that acted as an operator; null for all others.';

reset role;
-- Making people of the control center is a right of its own.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'curhat_staff_admin') then
        if not (select rolcreaterole or rolsuper from pg_catalog.pg_roles where rolname = current_user) then
            raise exception 'the role curhat_staff_admin is missing, and % may make none: '
                'let an administrator run deploy/postgres/prepare.sql again', current_user;
        end if;
        create role curhat_staff_admin nologin;
    end if;
    execute format('grant curhat_staff_admin to %I', current_user);
    execute format('grant connect on database %I to curhat_staff_admin', current_database());
end
$$;
