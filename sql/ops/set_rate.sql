create or replace function ops.set_rate(p_kind text, p_percent numeric, p_valid_from date, p_who text)
returns table (kind text, valid_from date, percent numeric, set_at timestamptz, set_by text)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_rate data.rates;
begin
    perform logic.check_who(p_who);
    v_rate := logic.change_rate(p_kind, p_percent, p_valid_from, p_who);
    return query select v_rate.kind, v_rate.valid_from, v_rate.percent, v_rate.set_at, v_rate.set_by;
end
$$;
comment on function ops.set_rate is
    'Sets the mitra''s share (mitra_share: percent of the price without tax) or the tax (tax: percent on top, included in the price) from a day in Jakarta on. Refuses who_is_missing, invalid_rate, rate_in_the_past.';
