create or replace function logic.hours_of_day(p_first date, p_last date)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_agg(
            jsonb_build_object(
                'hour', o.hour,
                'searches', coalesce(h.searches, 0),
                'paired', coalesce(h.paired, 0),
                'mitras_online', coalesce(h.mitras_online, 0)
            )
            order by o.hour
        )
        from generate_series(0, 23) o (hour)
        left join (
            select extract(hour from f.hour at time zone 'Asia/Jakarta') as hour,
                avg(f.searches) as searches, avg(f.paired) as paired, avg(f.mitras_online) as mitras_online
            from data.hourly_figures f
            where f.hour >= logic.start_of_day(p_first) and f.hour < logic.start_of_day(p_last + 1)
            group by 1
        ) h on h.hour = o.hour
    );
end
$$;
comment on function logic.hours_of_day is
    'Searches and mitras online at each hour of the day in Jakarta, the mean of some days.';
