-- An event is appended with a digest and a row of the outbox; the relay notes what it takes from there.
create or replace function logic.audit_log(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_since timestamptz := greatest(p_since, logic.kept_since('events', logic.setting_integer('event_retention_days')));
    v_noted timestamptz := logic.noted_since();
    v_noted_since timestamptz := greatest(v_since, v_noted);
begin
    return query
    with told as materialized (
        select coalesce(range_agg(h.event_ids), '{}') as ids from data.handed_on h
    )
    select 'an event says what it said when it was appended', 'event', e.id::text, format('%s of %s %s', e.type, e.entity, e.entity_id)
    from data.events e
    where e.at >= v_since
        and e.digest is distinct from logic.event_digest(
            e.id, e.at, e.type, e.entity, e.entity_id, e.from_status, e.to_status, e.customer_id, e.mitra_ids, e.actor, e.login,
            e.http_request_id, e.body
        )
        and (e.digest is not null or e.at >= v_noted)
    union all
    select 'an event has been handed on or waits for it', 'event', e.id::text, format('%s of %s %s', e.type, e.entity, e.entity_id)
    from data.events e, told t
    where e.at >= v_noted_since and not e.id <@ t.ids
        and not exists (select from data.outbox o where o.event_id = e.id)
    union all
    select 'what waits to be handed on is an event', 'event', o.event_id::text, format('since %s', o.at)
    from data.outbox o
    where o.at >= v_since and not exists (select from data.events e where e.id = o.event_id and e.at = o.at and e.at >= v_since)
    union all
    select 'an event that was handed on is there', 'event', i.id::text, format('handed on of those since %s', n.since)
    from data.handed_on n
    cross join lateral unnest(n.event_ids) r (ids)
    cross join lateral generate_series(lower(r.ids), upper(r.ids) - 1) i (id)
    where n.since >= v_since and not exists (
        select from data.events e where e.id = i.id and e.at >= v_since
    )
    union all
    select 'an event has an id of its own', 'event', e.id::text, format('%s have it', count(*))
    from data.events e
    where e.at >= v_since
    group by e.id
    having count(*) > 1;
end
$$;
comment on function logic.audit_log is 'Events that were edited, taken out, or never handed on.';
