create or replace function logic.sign_in_lifetime(p_audience text)
returns interval
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_audience = 'operator' then
        return interval '12 hours';
    end if;
    return make_interval(days => logic.setting_integer('sign_in_lifetime_days'));
end
$$;
comment on function logic.sign_in_lifetime is 'How long a sign-in lasts without a refresh: an operator''s for a working day.';
