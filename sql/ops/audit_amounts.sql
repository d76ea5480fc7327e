-- An event keeps the amount as it was when appended, whatever happens to the payment later.
create or replace function logic.audit_amounts(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_since timestamptz := greatest(p_since, logic.kept_since('events', logic.setting_integer('event_retention_days')));
begin
    return query
    select 'a failure is about the amount of its payment', 'pairing_failure', f.id::text,
        format('%s rupiah, of the payment %s: %s', f.amount, f.payment_session_id, p.amount)
    from data.pairing_failures f
    left join data.payment_sessions p on p.id = f.payment_session_id
    where f.created_at >= p_since and f.amount is distinct from p.amount
    union all
    select 'a payment is what its events say', 'payment_session', e.entity_id::text,
        format('event %s says %s rupiah until %s, the payment %s until %s', e.id, e.body ->> 'amount', e.body ->> 'expires_at', p.amount, p.expires_at)
    from data.events e
    left join data.payment_sessions p on p.id = e.entity_id
    where e.type = 'PAYMENT_SESSION'
        and e.at >= v_since
        and (
            e.body -> 'amount' is distinct from to_jsonb(p.amount)
            or e.body -> 'is_extension' is distinct from to_jsonb(p.is_extension)
            or e.customer_id is distinct from p.customer_id
            or logic.time_told(e.body ->> 'charged_at') <> p.charged_at
            or logic.time_told(e.body ->> 'expires_at') is distinct from p.expires_at
        )
    union all
    select 'only a free trial costs nothing', 'payment_session', p.id::text, format('%s rupiah for %s minutes', p.amount, p.duration_minutes)
    from data.payment_sessions p
    where p.created_at >= p_since and (p.is_free_trial is distinct from (p.amount = 0) or (p.is_free_trial and p.is_extension) or p.amount < 0)
    union all
    select 'a payment is for the minutes and the price of its tier', 'payment_session', p.id::text,
        format('%s minutes for %s rupiah, of the tier %s: %s for %s', p.duration_minutes, p.amount, p.tier_id, t.duration_minutes, t.amount)
    from data.payment_sessions p
    left join data.price_tiers t on t.id = p.tier_id
    where p.created_at >= p_since and p.tier_id is not null
        and (t.duration_minutes is distinct from p.duration_minutes or t.for_extension is distinct from p.is_extension
            or p.amount <> case when p.is_free_trial then 0 else t.amount end)
    union all
    select 'a tier costs something and is there once', 'price_tier', t.id::text, format('%s minutes for %s rupiah', t.duration_minutes, t.amount)
    from data.price_tiers t
    where t.retired_at is null and (t.amount <= 0 or t.duration_minutes not between 1 and 600 or exists (
        select from data.price_tiers o
        where o.retired_at is null and o.id <> t.id and o.for_extension = t.for_extension and o.duration_minutes = t.duration_minutes
    ));
end
$$;
comment on function logic.audit_amounts is 'Amounts that differ between a payment, its failure, its events and its tier.';
