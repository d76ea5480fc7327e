-- Each has a small index of its own; newer payments hide none of it. A hundred are more than anybody has, and fit one
-- frame; of more, the ones that have waited longest are shown.
create or replace function logic.money_of(p_customer_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_money jsonb;
    v_failures jsonb;
begin
    select coalesce(jsonb_agg(logic.money_json(p, null) order by p.confirmed_at, p.id), '[]') into v_money
    from data.payment_sessions p
    where p.customer_id = p_customer_id and p.status = 'confirmed';

    select coalesce(jsonb_agg(logic.money_of_failure(f) order by f.created_at, f.id), '[]') into v_failures
    from (
        select *
        from data.pairing_failures f
        where f.customer_id = p_customer_id and f.refund_due and f.superseded_at is null and f.decision_seen_at is null
        order by f.created_at
        limit 100
    ) f;
    return v_money || v_failures;
end
$$;
comment on function logic.money_of is
    'A customer''s money that is not settled, or whose outcome they have not seen: unused payments, then failures with their decision, oldest first.';
