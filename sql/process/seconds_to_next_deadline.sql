create or replace function api.seconds_to_next_deadline()
returns double precision
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select extract(epoch from w.due_at - clock_timestamp())::double precision from logic.next_waits('infinity', 1) w);
end
$$;
comment on function api.seconds_to_next_deadline is
    'Seconds until the next deadline by the server''s clock; 0 or less when one is overdue, null when nothing waits.';
