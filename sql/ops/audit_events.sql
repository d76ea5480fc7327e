-- The events of every row form a chain: it begins at null, misses no link, and ends in the row's present state.
create or replace function logic.audit_events(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_since timestamptz := greatest(p_since, logic.kept_since('events', logic.setting_integer('event_retention_days')));
begin
    return query
    with links as (
        select e.entity, e.entity_id, e.id, e.from_status, e.to_status,
            lag(e.to_status) over chain as previous,
            lead(e.id) over chain is null as is_last
        from data.events e
        where e.to_status is not null and e.entity <> 'mitra' and e.at >= v_since
        window chain as (partition by e.entity, e.entity_id order by e.id)
    ),
    present as (
        select * from logic.present_states(v_since)
    )
    select 'a row''s events form an unbroken chain', l.entity, l.entity_id::text,
        format('event %s goes from %s, the one before went to %s', l.id, l.from_status, l.previous)
    from links l
    join present s on s.entity = l.entity and s.entity_id = l.entity_id
    where l.from_status is distinct from l.previous
    union all
    select 'a row''s events end in its present state', s.entity, s.entity_id::text,
        format('the row is %s, its events end in %s', s.status, l.to_status)
    from present s
    left join links l on l.entity = s.entity and l.entity_id = s.entity_id and l.is_last
    where s.status is distinct from l.to_status;
end
$$;
comment on function logic.audit_events is 'Rows whose events are not an unbroken chain that ends in their present state.';
