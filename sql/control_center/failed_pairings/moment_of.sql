-- p_text: a day in Jakarta, or an instant with its offset. A day stands for its beginning, or with p_end for its end.
-- Refuses: invalid_date.
create or replace function logic.moment_of(p_text text, p_end boolean)
returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_text is null then
        return null;
    elsif p_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
        return logic.start_of_day(p_text::date + p_end::integer);
    elsif p_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[-+][0-9]{2}:[0-9]{2})$' then
        return p_text::timestamptz;
    end if;
    perform logic.refuse(400, 'invalid_date', format(
        '"%s" is no day (2026-11-24) and no time with its offset (2026-11-24T08:00:00+07:00).', p_text
    ));
    return null;
exception when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
    perform logic.refuse(400, 'invalid_date', format('"%s" is not in the calendar.', p_text));
    return null;
end
$$;
comment on function logic.moment_of is 'A day in Jakarta, or an instant, as a time. Refuses invalid_date.';
