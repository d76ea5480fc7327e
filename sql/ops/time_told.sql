-- Null when it is not a time: somebody may have edited it. Times bear the zone of the session that wrote them.
create or replace function logic.time_told(p_text text)
returns timestamptz
language sql stable security invoker
as $$
    select case when p_text ~ '^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9:.]{8,15}([+-][0-9:]{2,6}|Z)$' then p_text::timestamptz end
$$;
comment on function logic.time_told is 'A time from an event.';
