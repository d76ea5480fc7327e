-- Whoever has chosen it pays it. Idempotent.
-- Locks: prices.
-- Refuses: tier_not_found, last_price.
create or replace function logic.retire_price(p_tier_id uuid, p_who text)
returns data.price_tiers
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tier data.price_tiers;
begin
    perform logic.lock_prices();
    select * into v_tier from data.price_tiers where id = p_tier_id;
    if not found then
        perform logic.refuse(404, 'tier_not_found', 'There is no such price.');
    elsif v_tier.retired_at is not null then
        return v_tier;
    elsif not exists (
        select from data.price_tiers t where t.for_extension = v_tier.for_extension and t.retired_at is null and t.id <> p_tier_id
    ) then
        perform logic.refuse(409, 'last_price', 'This is the last price of its kind: nobody could buy minutes without it.');
    end if;
    update data.price_tiers set retired_at = logic.now(), retired_by = p_who where id = p_tier_id returning * into v_tier;
    perform logic.append_price_event(v_tier, null, p_who);
    return v_tier;
end
$$;
comment on function logic.retire_price is 'Sells a duration no longer.';
