create or replace function logic.minutes_until(p_at timestamptz)
returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    return greatest(1, floor(extract(epoch from p_at - logic.now()) / 60)::integer);
end
$$;
comment on function logic.minutes_until is 'Whole minutes until a time, at least one.';
