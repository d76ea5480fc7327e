create or replace view control_center.config_history as
select
    h.key,
    h.version,
    (select b.value from data.app_config_history b where b.key = h.key and b.version = h.version - 1) as old_value,
    h.value,
    h.changed_at,
    h.changed_by,
    c.label,
    c.unit,
    h.id
from data.app_config_history h
join data.app_config c on c.key = h.key;
comment on view control_center.config_history is 'Every value that each setting has had, with who set it and when; order by id.';
