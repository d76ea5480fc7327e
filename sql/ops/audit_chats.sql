create or replace function logic.audit_chats(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language sql stable security definer set search_path = ''
as $$
    select 'a chat stands on a consumed payment', 'chat_session', c.id::text, format('payment is %s', p.status)
    from data.chat_sessions c
    join data.payment_sessions p on p.id = c.payment_session_id
    where (c.started_at >= p_since or (c.status = 'active' and c.mitra_id >= '00000000-0000-0000-0000-000000000000')) and p.status <> 'consumed'
    union all
    select 'a running chat waits for its deadline or for an extension', 'chat_session', c.id::text,
        format('deadline %s, extension %s', c.deadline_at, logic.pending_extension_payment(c.id))
    from data.chat_sessions c
    where c.status = 'active' and c.mitra_id >= '00000000-0000-0000-0000-000000000000'
        and (c.deadline_at is null) <> (logic.pending_extension_payment(c.id) is not null)
    union all
    select 'only a running chat has a pending extension', 'extension', e.id::text, format('chat is %s', c.status)
    from data.extensions e
    join data.chat_sessions c on c.id = e.chat_session_id
    where e.status = 'requested' and e.deadline_at > '-infinity' and c.status <> 'active'
    union all
    select 'no mitra accepted beyond their capacity', 'chat_session', c.id::text,
        format('%s chats at %s, %s allowed', o.running, c.started_at, o.allowed)
    from data.chat_sessions c
    cross join lateral logic.load_at(c) o
    where c.started_at >= p_since and o.running > o.allowed and not exists (
        select from data.chat_sessions b
        where b.customer_id = c.customer_id and b.mitra_id = c.mitra_id
            and b.end_reason = 'continued' and b.ended_at = c.started_at
    )
    union all
    select 'the messages of a chat are numbered without a gap', 'chat_session', c.id::text,
        format('%s messages, the last is %s, the chat says %s', m.n, m.last, c.last_seq)
    from data.chat_sessions c
    cross join lateral (
        select count(*) as n, max(x.seq) as last from data.chat_messages x where x.chat_session_id = c.id
    ) m
    where c.started_at >= greatest(
        p_since, (select logic.kept_since('chat_messages', logic.setting_integer('message_retention_days')))
    )
        and (m.n <> c.last_seq or coalesce(m.last, 0) <> c.last_seq)
$$;
comment on function logic.audit_chats is 'Chats that contradict their payment, extension, messages, or the mitra''s capacity.';
