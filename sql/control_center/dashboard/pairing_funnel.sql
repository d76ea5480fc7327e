create or replace view control_center.pairing_funnel as
select
    day,
    payments_created,
    payments_confirmed,
    searches_general + searches_returning as searches,
    paired,
    (select coalesce(sum(n.value::integer), 0) from jsonb_each_text(failed) n) as failed
from data.daily_figures;
comment on view control_center.pairing_funnel is 'From a chosen tier to a chat, per day in Jakarta, from the roll-up.';
