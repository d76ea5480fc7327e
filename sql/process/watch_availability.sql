create or replace function api.watch_availability()
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.beat('availability listener');
    return logic.availability();
end
$$;
comment on function api.watch_availability is
    'How many mitras are available: {available, count, at}. Called by the availability listener; publish, then commit.';
