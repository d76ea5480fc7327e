-- Refuses: invalid_day.
create or replace function logic.day_asked_for(p_text text)
returns date
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_text is null then
        return logic.day_of(logic.now());
    elsif p_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
        return p_text::date;
    end if;
    perform logic.refuse(400, 'invalid_day', format('"%s" is no day (2026-11-24).', p_text));
    return null;
exception when datetime_field_overflow or invalid_datetime_format then
    perform logic.refuse(400, 'invalid_day', format('"%s" is not in the calendar.', p_text));
    return null;
end
$$;
comment on function logic.day_asked_for is 'A day from its text; today in Jakarta when null. Refuses invalid_day.';
