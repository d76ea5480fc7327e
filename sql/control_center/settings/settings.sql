create or replace view control_center.settings as
select key, value, value_type, minimum, maximum, options, unit, label, explanation, version, updated_at, updated_by, position
from data.app_config;
comment on view control_center.settings is 'The live configuration with types, bounds and Indonesian labels; ordered by position.';
