-- Transactions that commit close together may bear start and end times in the other order, so a chat that ended around
-- the accept is not held against it. Nor is a capacity that was lowered in the minute before: an accept uses the old
-- one until the change has committed, and logic.hold_briefly bounds that.
create or replace function logic.load_at(p_chat data.chat_sessions)
returns table (running bigint, allowed integer)
language sql stable security definer set search_path = ''
as $$
    select
        (
            select count(*)
            from data.chat_sessions c
            where c.mitra_id = p_chat.mitra_id
                and c.started_at <= p_chat.started_at
                and (c.ended_at is null or c.ended_at > p_chat.started_at + interval '1 second')
        ),
        (
            select max(h.value::integer)
            from data.app_config_history h
            where h.key = 'max_customers_per_mitra'
                and h.version >= (
                    select max(b.version) from data.app_config_history b
                    where b.key = h.key and (b.changed_at <= p_chat.started_at - interval '1 minute' or b.version = 1)
                )
                and (h.changed_at <= p_chat.started_at + interval '1 second' or h.version = 1)
        )
$$;
comment on function logic.load_at is 'How many chats the mitra had when this one began, and how many were allowed then.';
