create or replace function logic.tiers_for(p_customer_id uuid, p_is_extension boolean)
returns table (id uuid, duration_minutes integer, amount integer, is_free_trial boolean)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select t.id, t.duration_minutes, t.amount, t.is_free_trial and logic.has_free_trial(p_customer_id)
    from data.price_tiers t
    where t.retired_at is null and t.for_extension = p_is_extension;
end
$$;
comment on function logic.tiers_for is 'The tiers of a kind that are sold, and which of them is this customer''s free trial.';
