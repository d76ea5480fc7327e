create or replace function logic.audit_chats(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with chats as (
        select c.*, p.status as payment,
            (select count(*) from data.extensions e where e.chat_session_id = c.id and e.status = 'requested') as pending
        from data.chat_sessions c
        left join data.payment_sessions p on p.id = c.payment_session_id
        where c.started_at >= p_since or (c.status = 'active' and c.mitra_id >= '00000000-0000-0000-0000-000000000000')
    )
    select broken.invariant, 'chat_session', c.id::text,
        format('%s, payment %s is %s, deadline %s, %s extensions pending', c.status, c.payment_session_id, c.payment, c.deadline_at, c.pending)
    from chats c
    cross join lateral (values
        ('a chat stands on a consumed payment', c.payment is distinct from 'consumed'),
        ('a running chat waits for its deadline or for an extension', c.status = 'active' and (c.deadline_at is null) <> (c.pending > 0)),
        ('a chat that has ended waits for nothing', c.status = 'ended' and c.deadline_at is not null),
        ('what has happened to a row says when', (c.status = 'ended') <> (c.ended_at is not null and c.end_reason is not null)),
        ('a chat that was continued has its successor', c.end_reason = 'continued' and not exists (
            select from data.chat_sessions n
            where n.customer_id = c.customer_id and n.mitra_id = c.mitra_id and n.started_at = c.ended_at and n.id <> c.id
        ))
    ) broken (invariant, is_broken)
    where broken.is_broken
    union all
    select 'no mitra accepted beyond their capacity', 'chat_session', c.id::text,
        format('%s chats at %s, %s allowed', o.running, c.started_at, o.allowed)
    from data.chat_sessions c
    cross join lateral logic.load_at(c) o
    where c.started_at >= p_since and o.running > o.allowed and not exists (
        select from data.chat_sessions b
        where b.customer_id = c.customer_id and b.mitra_id = c.mitra_id
            and b.end_reason = 'continued' and b.ended_at = c.started_at
    );
end
$$;
comment on function logic.audit_chats is 'Chats that contradict their payment or extension, or the mitra''s capacity.';
