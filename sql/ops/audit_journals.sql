-- What must have been posted for a payment follows from its status, its chat, its failure and the rates.
create or replace function logic.audit_journals(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with payments as (
        select * from data.payment_sessions p where p.created_at >= p_since or p.status = 'confirmed'
        union
        select p.*
        from data.payment_sessions p
        where p_since > '-infinity' and p.id in (select t.payment_session_id from data.transfers t where t.at >= p_since)
    ),
    moved as (
        select t.payment_session_id, t.kind, sum(t.amount) as amount
        from payments p
        join data.transfers t on t.payment_session_id = p.id
        where t.kind not in ('gift', 'charged')
        group by 1, 2
    ),
    facts as (
        select p.id, p.amount, p.status, p.is_extension, p.charged_at,
            case when f.refund_due then f.operator_action end as action,
            coalesce((select m.amount from moved m where m.payment_session_id = p.id and m.kind = 'spent'), 0) as spent,
            coalesce((select m.amount from moved m where m.payment_session_id = p.id and m.kind = 'held'), 0) as held,
            s.tax, s.share, s.revenue
        from payments p
        left join data.pairing_failures f on f.payment_session_id = p.id and f.superseded_at is null
        left join data.extensions x on x.payment_session_id = p.id and x.status in ('approved', 'auto_approved')
        left join data.chat_sessions c on (c.payment_session_id = p.id or c.id = x.chat_session_id) and c.status = 'ended'
        left join lateral logic.split_of(p.amount, p.consumed_at) s on c.id is not null
    )
    select 'the journal of a payment is what became of it', 'payment_session', f.id::text,
        format('%s: %s rupiah %s, posted %s', f.status, e.amount, e.kind, coalesce(m.amount, 0))
    from facts f
    cross join lateral (values
        ('spent', case when f.charged_at is not null and not f.is_extension then least(f.spent, f.amount) else 0 end),
        ('held', case when f.is_extension then least(f.held, f.amount) else 0 end),
        ('taken', case when f.charged_at is not null then f.held else 0 end),
        ('released', case when f.charged_at is null and f.status <> 'confirmed' then f.held else 0 end),
        ('paid', case when f.charged_at is not null then f.amount - f.spent - f.held else 0 end),
        ('tax', coalesce(f.tax, 0)),
        ('share', coalesce(f.share, 0)),
        ('revenue', coalesce(f.revenue, 0)),
        ('credited', case f.action when 'credited' then f.amount when 'refunded' then f.spent else 0 end),
        ('refund', case f.action when 'refunded' then f.amount - f.spent else 0 end),
        ('refunded', case f.action when 'refunded' then f.amount - f.spent else 0 end),
        ('kept', case f.action when 'no_action' then f.amount else 0 end)
    ) e (kind, amount)
    left join moved m on m.payment_session_id = f.id and m.kind = e.kind
    where e.amount <> coalesce(m.amount, 0);
end
$$;
comment on function logic.audit_journals is 'Payments whose transfers are not what their status, chat and failure ask for.';
