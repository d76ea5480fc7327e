-- 20,000 payments of the last 200 days with all that followed from them. Run as the owner, triggers disabled. Half belong
-- to the veterans: eight customers and four mitras. Of the rest, a few hundred are still in progress: in a chat, or in a
-- returning request.
create schema test;

create table test.people as
select kind || ' ' || n as key, kind, n, gen_random_uuid() as id
from (values ('customer', 20000), ('mitra', 20000), ('veteran customer', 8), ('veteran mitra', 4)) k (kind, many),
    generate_series(0, many - 1) n;

insert into data.users (id, phone, display_name, created_at)
select id, case kind when 'customer' then '+6200' else '+6290' end || lpad(n::text, 9, '0'), 'Budi ' || n, now() - interval '1 year'
from test.people where kind like '%customer';

insert into data.mitras (id, phone, display_name, created_at, status_changed_at, idle_since)
select id, case kind when 'mitra' then '+6201' else '+6291' end || lpad(n::text, 9, '0'), 'Sari ' || n, now() - interval '1 year',
    now() - interval '1 day', now() - interval '1 day'
from test.people where kind like '%mitra';

insert into data.sign_ins (id, audience, person_id, token_hash, created_at, refreshed_at, expires_at)
select gen_random_uuid(), 'customer', id, encode(sha256(id::text::bytea), 'hex'), now() - interval '1 day', now(),
    now() + interval '30 days'
from test.people where kind like '%customer';

insert into data.sign_in_attempts (audience, name, touched_at)
select 'customer', '+6202' || lpad(n::text, 9, '0'), now() from test.people where kind = 'customer';

select logic.make_partitions(now() - interval '210 days');

create table test.history as
select g.n, gen_random_uuid() as payment, gen_random_uuid() as request, gen_random_uuid() as chat,
    u.id as customer, m.id as mitra, now() - interval '1 hour' - g.n * interval '14 minutes' as at,
    case when g.n < 2000 and g.n % 2 = 1 and g.n / 2 % 2 = 1
        then (array['chatting', 'chatting', 'asking', 'extension', 'abandoned'])[1 + g.n % 5]
        else (array['consumed', 'consumed', 'failed_pairing', 'extension', 'abandoned'])[1 + g.n % 5]
    end as came_to
from generate_series(1, 20000) g (n)
join test.people u on u.key = case when g.n % 2 = 0 then 'veteran customer ' || g.n / 2 % 8 else 'customer ' || g.n % 5000 end
join test.people m on m.key = case when g.n / 2 % 2 = 0 then 'veteran mitra ' || g.n / 4 % 4 else 'mitra ' || g.n * 7 % 5000 end;

create index on test.history (n);
analyze test.history;

insert into data.payment_sessions (
    id, customer_id, amount, duration_minutes, is_extension, status, targeted_mitra_id, created_at, confirmed_at,
    charged_at, consumed_at, expires_at
)
select payment, customer, 25000, 30, came_to = 'extension',
    case when came_to in ('extension', 'chatting') then 'consumed' when came_to = 'asking' then 'confirmed' else came_to end,
    case when n % 3 = 0 and came_to <> 'extension' then mitra end, at,
    case when came_to <> 'abandoned' then at end, case when came_to <> 'abandoned' then at end,
    case when came_to in ('consumed', 'extension', 'chatting') then at end,
    case came_to when 'asking' then now() + interval '1 day' else at + interval '20 minutes' end
from test.history;

insert into data.pairing_requests (
    id, payment_session_id, customer_id, request_type, targeted_mitra_id, status, created_at, deadline_at, closed_at
)
select request, payment, customer, case came_to when 'asking' then 'returning' else 'general' end,
    case came_to when 'asking' then mitra end,
    case came_to when 'asking' then 'searching' when 'failed_pairing' then 'failed' else 'matched' end, at,
    case came_to when 'asking' then now() + interval '1 day' else at + interval '1 minute' end,
    case when came_to <> 'asking' then at + interval '30 seconds' end
from test.history where came_to in ('consumed', 'chatting', 'failed_pairing', 'asking');

insert into data.pairing_offers (request_id, mitra_id, status, sent_at, closed_at)
select h.request, m.id,
    case when m.id <> h.mitra or h.came_to = 'failed_pairing' then 'withdrawn' when h.came_to = 'asking' then 'offered'
        else 'accepted' end,
    h.at, case when m.id <> h.mitra or h.came_to <> 'asking' then h.at end
from test.history h
cross join lateral (
    select h.mitra as id union select o.mitra from test.history o where o.n between h.n + 1 and h.n + 3
) m
where h.came_to in ('consumed', 'chatting', 'failed_pairing', 'asking');

insert into data.pairing_failures (
    payment_session_id, pairing_request_id, customer_id, cause_tag, amount, refund_due, operator_action, actioned_by,
    actioned_at, decision_seen_at, created_at
)
select payment, request, customer,
    (array['no_mitra_available', 'all_mitras_rejected', 'targeted_mitra_offline', 'customer_cancelled'])[1 + n / 5 % 4],
    25000, true, case when n <= 19500 then 'refunded' end, case when n <= 19500 then 'Ratna' end,
    case when n <= 19500 then at end, case when n <= 19500 then at end, at
from test.history where came_to = 'failed_pairing';

insert into data.chat_sessions (
    id, payment_session_id, pairing_request_id, customer_id, mitra_id, status, duration_minutes, started_at, ends_at,
    deadline_at, ended_at, end_reason, last_seq
)
select chat, payment, request, customer, mitra, 'ended', 30, at, at + interval '30 minutes', null, at + interval '30 minutes',
    'time_up', 5
from test.history where came_to = 'consumed'
union all
select chat, payment, request, customer, mitra, 'active', 30, at, now() + interval '1 day', now() + interval '1 day', null,
    null, 0
from test.history where came_to = 'chatting';

insert into data.chat_messages (chat_session_id, seq, sender, client_message_id, body, sent_at)
select chat, s, 'customer', gen_random_uuid(), 'Halo', at from test.history, generate_series(1, 5) s
where came_to = 'consumed';

insert into data.extensions (
    chat_session_id, payment_session_id, customer_id, mitra_id, duration_minutes, status, requested_at, deadline_at, closed_at
)
select c.chat, h.payment, c.customer, c.mitra, 30, 'approved', h.at, h.at, h.at
from test.history h join test.history c on c.n = h.n - 2 and c.came_to = 'consumed'
where h.came_to = 'extension';

insert into data.events (at, type, entity, entity_id, to_status, customer_id, actor)
select at, 'PAYMENT_SESSION', 'payment_session', payment, s, customer, 'system'
from test.history, unnest(array['pending', 'confirmed', 'consumed']) s;
insert into data.events (at, type, entity, entity_id, to_status, mitra_ids, actor)
select at, 'MITRA_STATUS', 'mitra', mitra, 'online', array[mitra], 'system' from test.history;

insert into data.idempotency_keys (owner_id, key, function, request, created_at)
select customer, n::text, 'confirm_payment_session', '{}', now()
from (select *, row_number() over (partition by customer order by n) as of_theirs from test.history) h
where of_theirs <= 100;

drop table test.history, test.people;
drop schema test;
