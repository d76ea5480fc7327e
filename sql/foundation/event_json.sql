create or replace function logic.event_json(p_event data.events)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'type', p_event.type,
        'id', p_event.id,
        'at', p_event.at,
        'entity', p_event.entity,
        'entity_id', p_event.entity_id,
        'from_status', p_event.from_status,
        'to_status', p_event.to_status,
        'customer_id', p_event.customer_id,
        'mitra_ids', p_event.mitra_ids,
        'actor', p_event.actor,
        'body', p_event.body
    )
$$;
comment on function logic.event_json is 'An event as the control center sees it: all but message text, which no event holds.';
