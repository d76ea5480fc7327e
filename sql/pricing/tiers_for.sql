create or replace function logic.tiers_for(p_customer_id uuid, p_is_extension boolean)
returns table (id uuid, duration_minutes integer, amount integer, is_free_trial boolean)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select t.id, t.duration_minutes, t.amount,
        not p_is_extension
        and t.duration_minutes = logic.free_trial_minutes()
        and logic.has_free_trial(p_customer_id)
    from data.price_tiers t
    where t.active and t.for_extension = p_is_extension;
end
$$;
comment on function logic.tiers_for is 'The active tiers of a kind, and which of them is this customer''s free trial.';
