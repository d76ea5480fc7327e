create or replace function logic.free_trial_minutes()
returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select min(duration_minutes) from data.price_tiers where active and not for_extension);
end
$$;
comment on function logic.free_trial_minutes is 'How long the free trial is: the shortest first-chat tier.';
