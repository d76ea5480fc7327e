create or replace function logic.codes_of_hour(out sent bigint, out refused bigint, out full_until timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
begin
    select coalesce(sum(t.sent), 0), coalesce(sum(t.refused), 0), min(t.minute) filter (where t.sent > 0) + interval '1 hour'
    into sent, refused, full_until
    from data.code_tallies t
    where t.minute > logic.now() - interval '1 hour';
end
$$;
comment on function logic.codes_of_hour is
    'One-time codes of the last hour, by the minute: how many were sent and refused, and when the first of them is an hour old.';
