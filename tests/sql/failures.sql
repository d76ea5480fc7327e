-- 500 failures over twenty days, Jakarta time: several at the same moment, some exactly at midnight. The names of the 40
-- customers and 6 mitras contain every character that is special in a LIKE pattern. Run as the owner, with the triggers
-- of payment sessions disabled and those of failures enabled.
create schema past;

-- Pseudo-random, and the same in every run.
create function past.chance(n integer, what integer, below integer)
returns integer
language sql
return ((hashint4extended(n, what) & 1048575) % below)::integer;

insert into data.users (phone, display_name, created_at)
select '+6281200' || lpad(n::text, 5, '0'), coalesce(odd.name, 'Budi ' || n), '2031-01-01'
from generate_series(1, 40) n
left join (values (7, 'Sari 100%'), (8, 'Sari_Ayu'), (9, 'Sari\Ayu'), (10, 'Ünal')) odd (n, name) using (n);

insert into data.mitras (phone, display_name, created_at, status_changed_at, idle_since)
select '+6281300' || lpad(n::text, 5, '0'), 'Bestie ' || n, '2031-01-01', '2031-01-01', '2031-01-01'
from generate_series(1, 6) n;

create table past.failed as
select n, gen_random_uuid() as payment, u.id as customer, case when past.chance(n, 3, 2) = 0 then m.id end as mitra,
    past.chance(n, 4, 3) > 0 as charged, (logic.cause_tags())[1 + past.chance(n, 5, 6)] as cause,
    timestamptz '2031-03-01 00:00+07' + past.chance(n, 6, 20) * interval '1 day'
        + (array[interval '0', '9 hours', '23:59:59.999999', '17 hours'])[1 + past.chance(n, 7, 4)] as at
from generate_series(1, 500) n
join data.users u on u.phone = '+6281200' || lpad((1 + past.chance(n, 1, 40))::text, 5, '0')
join data.mitras m on m.phone = '+6281300' || lpad((1 + past.chance(n, 2, 6))::text, 5, '0');

insert into data.payment_sessions (
    id, customer_id, amount, duration_minutes, status, created_at, confirmed_at, charged_at, expires_at
)
select payment, customer, 10000 + n, 30, 'failed_pairing', at, at, at, at from past.failed;

insert into data.pairing_failures (
    payment_session_id, customer_id, targeted_mitra_id, cause_tag, amount, refund_due, created_at, superseded_at,
    operator_action, actioned_by, actioned_at, action_note
)
select payment, customer, mitra, cause, 10000 + n, charged, at,
    case when n % 10 = 0 then at end,
    case when n % 10 = 1 then 'refunded' end, case when n % 10 = 1 then 'Ratna' end, case when n % 10 = 1 then at end,
    case n when 11 then '=1+1' when 21 then E'dua\nbaris, "kutip"' end
from past.failed;

drop table past.failed;
drop function past.chance;
drop schema past;
