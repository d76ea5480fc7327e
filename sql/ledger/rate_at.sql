create or replace function logic.rate_at(p_kind text, p_at timestamptz)
returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
    return coalesce((
        select r.percent
        from data.rates r
        where r.kind = p_kind and r.valid_from <= logic.day_of(p_at)
        order by r.valid_from desc
        limit 1
    ), 0);
end
$$;
comment on function logic.rate_at is 'A dated percentage as it was at a time; 0 when there was none.';
