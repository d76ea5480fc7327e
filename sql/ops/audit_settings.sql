create or replace function logic.audit_settings(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_since timestamptz := greatest(p_since, logic.kept_since('events', logic.setting_integer('event_retention_days')));
begin
    return query
    select 'a setting is within its bounds', 'setting', s.key, format('%s', s.value)
    from data.app_config s
    where case
        when s.value_type = 'enum' then s.value <> all (s.options)
        when s.value_type = 'prefixes' then s.value !~ '^[1-9][0-9]{0,6}(,[1-9][0-9]{0,6}){0,99}$'
        when s.value ~ '^-?[0-9]{1,9}$' then s.value::integer not between s.minimum and s.maximum
        else true
    end
    union all
    select 'a setting is the newest of its history', 'setting', s.key, format('%s in version %s, the newest is %s in version %s', s.value, s.version, h.value, h.version)
    from data.app_config s
    left join lateral (
        select h.* from data.app_config_history h where h.key = s.key order by h.version desc limit 1
    ) h on true
    where (h.value, h.version, h.changed_at, h.changed_by) is distinct from (s.value, s.version, s.updated_at, s.updated_by)
    union all
    select 'the versions of a setting are numbered without a gap', 'setting', h.key, format('%s versions, the last is %s', count(*), max(h.version))
    from data.app_config_history h
    group by h.key
    having count(*) <> max(h.version) or min(h.version) <> 1
    union all
    select 'every change of a setting is an event', 'setting', h.key, format('version %s, %s by %s', h.version, h.value, h.changed_by)
    from data.app_config_history h
    where h.version > 1
        and h.changed_at >= v_since
        and not exists (
            select from data.events e
            where e.type = 'CONFIG_CHANGED' and e.at >= v_since - interval '10 minutes'
                and e.at between h.changed_at - interval '10 minutes' and h.changed_at + interval '1 hour' and e.body ->> 'key' = h.key
                and e.body ->> 'value' = h.value and e.body -> 'version' = to_jsonb(h.version)
        );
end
$$;
comment on function logic.audit_settings is 'Settings that contradict their history, bounds or events.';
