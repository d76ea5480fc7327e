-- Whoever has chosen the old price pays it. p_replaces: the tier that the operator saw, if they saw one.
-- Locks: prices.
-- Refuses: invalid_price, free_trial_already_marked, price_changed_meanwhile.
create or replace function logic.change_price(
    p_for_extension boolean, p_duration_minutes integer, p_amount integer, p_is_free_trial boolean, p_who text,
    p_replaces uuid default null
)
returns data.price_tiers
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_old data.price_tiers;
    v_new data.price_tiers;
begin
    perform logic.check_price(p_for_extension, p_duration_minutes, p_amount, p_is_free_trial);
    perform logic.lock_prices();
    select * into v_old
    from data.price_tiers
    where for_extension = p_for_extension and duration_minutes = p_duration_minutes and retired_at is null;
    if (v_old.amount, v_old.is_free_trial) = (p_amount, p_is_free_trial) then
        return v_old;
    elsif p_replaces <> v_old.id or (p_replaces is not null and v_old.id is null) then
        perform logic.refuse(409, 'price_changed_meanwhile', 'Somebody else has changed this price meanwhile.');
    elsif p_is_free_trial and exists (
        select from data.price_tiers t where t.is_free_trial and t.retired_at is null and t.id is distinct from v_old.id
    ) then
        perform logic.refuse(409, 'free_trial_already_marked', 'Another duration is the free trial: unmark it first.');
    end if;
    update data.price_tiers set retired_at = logic.now(), retired_by = p_who where id = v_old.id;
    insert into data.price_tiers (for_extension, duration_minutes, amount, is_free_trial, created_at, created_by)
    values (p_for_extension, p_duration_minutes, p_amount, p_is_free_trial, logic.now(), p_who)
    returning * into v_new;
    perform logic.append_price_event(v_old, v_new, p_who);
    return v_new;
end
$$;
comment on function logic.change_price is 'Sets what a duration costs from now on: a new tier, which retires the one before; the same again changes nothing.';
