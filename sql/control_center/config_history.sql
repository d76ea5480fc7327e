create or replace view control_center.config_history as
select
    h.key,
    h.version,
    lag(h.value) over (partition by h.key order by h.version) as old_value,
    h.value,
    h.changed_at,
    h.changed_by
from data.app_config_history h;
comment on view control_center.config_history is 'Every value that each setting has had, with who set it and when.';
