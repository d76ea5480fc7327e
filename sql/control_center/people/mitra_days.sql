-- Computed for the rows that are read: name a mitra and a day, or a few.
create or replace view control_center.mitra_days as
select
    m.id as mitra_id,
    m.display_name,
    d.day,
    f.online_seconds,
    f.unreachable_seconds,
    f.busy_seconds,
    f.chats,
    f.offers,
    f.accepted,
    f.declined,
    f.missed
from data.mitras m
cross join lateral (
    select s::date as day
    from generate_series(
        (logic.now() at time zone 'Asia/Jakarta')::date - 30, (logic.now() at time zone 'Asia/Jakarta')::date, interval '1 day'
    ) s
) d
cross join lateral logic.mitra_figures_of(m.id, d.day) f;
comment on view control_center.mitra_days is
    'What each mitra did on each of the last 31 days in Jakarta: seconds online, unreachable and in chats, and the outcome of their offers.';
