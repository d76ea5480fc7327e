create or replace function logic.audit_messages(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with chats as (
        select c.*
        from data.chat_sessions c
        where c.started_at >= greatest(
            p_since, (select logic.kept_since('chat_messages', logic.setting_integer('message_retention_days')))
        )
    )
    select broken.invariant, 'chat_session', c.id::text,
        format('%s messages, the last is %s, the chat says %s; read up to %s and %s', m.n, m.last, c.last_seq, c.customer_read_seq, c.mitra_read_seq)
    from chats c
    cross join lateral (
        select count(*) as n, max(x.seq) as last, count(distinct (x.sender, x.client_message_id)) as told,
            min(x.sent_at) as first_at, max(x.sent_at) as last_at
        from data.chat_messages x
        where x.chat_session_id = c.id and x.sent_at >= c.started_at - interval '1 day'
    ) m
    cross join lateral (values
        ('the messages of a chat are numbered without a gap', m.n <> c.last_seq or coalesce(m.last, 0) <> c.last_seq),
        ('a message is stored once', m.told <> m.n),
        ('nobody has read what was not said', greatest(c.customer_read_seq, c.mitra_read_seq) > c.last_seq or least(c.customer_read_seq, c.mitra_read_seq) < 0),
        ('a message is of the time of its chat', m.first_at < c.started_at - interval '10 minutes' or m.last_at > c.ended_at + interval '10 minutes')
    ) broken (invariant, is_broken)
    where broken.is_broken;
end
$$;
comment on function logic.audit_messages is 'Messages that are missing, doubled, or outside the time of their chat.';
