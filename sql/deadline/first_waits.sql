-- Ordered and limited in each branch, so that each reads only the head of its partial index: the planner does not push
-- an order into a union. A test holds it against logic.waits.
create or replace function logic.first_waits(p_until timestamptz, p_limit bigint)
returns table (kind text, id uuid, due_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    (
        select 'payment_session', p.id, p.expires_at from data.payment_sessions p
        where p.status in ('pending', 'confirmed') and p.expires_at <= p_until
        order by p.expires_at limit p_limit
    )
    union all
    (
        select 'pairing_request', r.id, r.deadline_at from data.pairing_requests r
        where r.status = 'searching' and r.deadline_at <= p_until
        order by r.deadline_at limit p_limit
    )
    union all
    (
        select 'extension', e.id, e.deadline_at from data.extensions e
        where e.status = 'requested' and e.deadline_at <= p_until
        order by e.deadline_at limit p_limit
    )
    union all
    (
        select 'chat_session', c.id, c.deadline_at from data.chat_sessions c
        where c.deadline_at <= p_until
        order by c.deadline_at limit p_limit
    )
    union all
    (
        select 'mitra_lease', m.id, m.reachable_until from data.mitras m
        where m.reachable_until <= p_until
        order by m.reachable_until limit p_limit
    )
    union all
    (
        select 'mitra_offers', m.id, m.offers_due_at from data.mitras m
        where m.offers_due_at <= p_until
        order by m.offers_due_at limit p_limit
    )
    union all
    (
        select 'offers_owed', o.mitra_id, min(o.due_at) from data.offers_owed o
        where o.due_at <= p_until
        group by o.mitra_id order by min(o.due_at) limit p_limit
    );
end
$$;
comment on function logic.first_waits is 'The first p_limit deadlines of each kind that are due by p_until.';
