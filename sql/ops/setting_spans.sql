-- An hour more at both ends: a change counts from its commit on, which may be later than its time says.
create or replace function logic.setting_spans()
returns table (key text, value integer, since timestamptz, until timestamptz)
language sql stable security definer set search_path = ''
as $$
    select h.key, h.value::integer,
        case when h.version = 1 then '-infinity' else h.changed_at - interval '1 hour' end,
        coalesce(lead(h.changed_at) over (partition by h.key order by h.version) + interval '1 hour', 'infinity')
    from data.app_config_history h
    join data.app_config s on s.key = h.key and s.value_type = 'integer'
    where h.value ~ '^-?[0-9]{1,9}$'
$$;
comment on function logic.setting_spans is 'Each value of an integer setting, and when it may have been in use.';
