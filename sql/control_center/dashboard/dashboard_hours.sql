create or replace function logic.dashboard_hours(p_since timestamptz)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(to_jsonb(h) - 'computed_at' order by h.hour), '[]')
        from data.hourly_figures h
        where h.hour >= p_since
    );
end
$$;
comment on function logic.dashboard_hours is 'Searches and mitras online, hour by hour since then.';
