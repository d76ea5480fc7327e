-- An extension moves the end on from the later of the end and its approval. So the end is the later of two: all minutes
-- in a row, or the minutes from some approval on. Minutes left of a continued chat are added.
create or replace function logic.audit_minutes(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with given as (
        select c.id, c.ends_at, c.duration_minutes, p.duration_minutes as bought,
            c.started_at + make_interval(mins => c.duration_minutes) + coalesce(
                (
                    select max(greatest(b.ends_at - c.started_at, interval '0'))
                    from data.chat_sessions b
                    where b.customer_id = c.customer_id and b.mitra_id = c.mitra_id and b.id <> c.id
                        and b.end_reason = 'continued' and b.ended_at = c.started_at and b.ends_at < c.ends_at
                ),
                interval '0'
            ) as first_end,
            x.*
        from data.chat_sessions c
        left join data.payment_sessions p on p.id = c.payment_session_id
        cross join lateral (
            select max(e.closed_at + e.more) as since_approval, max(e.more) as extended
            from (
                select e.closed_at, make_interval(mins => sum(e.duration_minutes) over (order by e.closed_at desc)::integer) as more
                from data.extensions e
                where e.chat_session_id = c.id and e.status in ('approved', 'auto_approved')
            ) e
        ) x
        where c.started_at >= p_since or (c.status = 'active' and c.mitra_id >= '00000000-0000-0000-0000-000000000000')
    )
    select 'the minutes that are given are those that were bought', 'chat_session', g.id::text,
        format('%s minutes of %s bought; it ends at %s, not at %s', g.duration_minutes, g.bought, g.ends_at,
            greatest(g.first_end + coalesce(g.extended, '0'), g.since_approval))
    from given g
    where g.duration_minutes is distinct from g.bought
        or g.ends_at is distinct from greatest(g.first_end + coalesce(g.extended, '0'), g.since_approval)
    union all
    select 'the minutes that are given are those that were bought', 'extension', e.id::text,
        format('%s minutes of %s bought', e.duration_minutes, p.duration_minutes)
    from data.extensions e
    left join data.payment_sessions p on p.id = e.payment_session_id
    where e.requested_at >= p_since and e.duration_minutes is distinct from p.duration_minutes;
end
$$;
comment on function logic.audit_minutes is 'Chats and extensions whose minutes differ from those paid for.';
