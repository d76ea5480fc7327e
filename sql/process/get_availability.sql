create or replace function api.get_availability()
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return logic.availability();
end
$$;
comment on function api.get_availability is
    'How many mitras are available: {available, count, at}. A worker asks when the availability listener is silent.';
