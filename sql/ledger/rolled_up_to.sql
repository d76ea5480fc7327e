create or replace function logic.rolled_up_to()
returns date
language sql stable security definer set search_path = ''
as $$
    select least(coalesce(max(day), date '-infinity'), logic.day_of(logic.now())) from data.account_days
$$;
comment on function logic.rolled_up_to is 'The last day that was summed; sums of the day before it are final.';
