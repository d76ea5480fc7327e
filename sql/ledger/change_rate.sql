-- Valid from the beginning of a day, at least an hour ahead: what was earned before is never computed anew, and no chat
-- that ends while this commits goes by the rate before.
-- Refuses: invalid_rate, rate_in_the_past.
create or replace function logic.change_rate(p_kind text, p_percent numeric, p_valid_from date, p_who text)
returns data.rates
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_old numeric := logic.rate_at(p_kind, logic.start_of_day(p_valid_from));
    v_rate data.rates;
begin
    if coalesce(p_kind not in ('mitra_share', 'tax'), true) then
        perform logic.refuse(400, 'invalid_rate', 'A rate is mitra_share or tax.');
    elsif coalesce(p_percent not between 0 and 100 or p_percent <> round(p_percent, 2), true) then
        perform logic.refuse(400, 'invalid_rate', 'A rate is a percentage from 0 to 100 with at most two decimals.');
    elsif coalesce(p_valid_from > logic.day_of(logic.now()) + 3660 or not isfinite(p_valid_from), true) then
        perform logic.refuse(400, 'invalid_rate', 'A rate is valid from a day within ten years.');
    elsif logic.start_of_day(p_valid_from) < logic.now() + interval '1 hour' then
        perform logic.refuse(409, 'rate_in_the_past', 'A rate is valid from a day that begins at least an hour from now.');
    end if;
    insert into data.rates as r (kind, valid_from, percent, set_at, set_by)
    values (p_kind, p_valid_from, p_percent, logic.now(), p_who)
    on conflict (kind, valid_from) do update
    set percent = excluded.percent, set_at = excluded.set_at, set_by = excluded.set_by
    where r.percent <> excluded.percent
    returning * into v_rate;
    if not found then
        select * into v_rate from data.rates where kind = p_kind and valid_from = p_valid_from;
        return v_rate;
    end if;
    perform logic.append_event(
        'RATE_CHANGED', 'rate', null, null, null, null, null, 'operator:' || p_who,
        jsonb_build_object('kind', p_kind, 'percent', p_percent, 'old_percent', v_old, 'valid_from', p_valid_from)
    );
    return v_rate;
end
$$;
comment on function logic.change_rate is 'Sets a dated percentage; the same again changes nothing.';
