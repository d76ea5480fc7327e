-- An expression, so that the planner inlines it: every transition computes one. It reveals an edit, but not one that
-- computes the digest as well.
create or replace function logic.event_digest(
    p_id bigint,
    p_at timestamptz,
    p_type text,
    p_entity text,
    p_entity_id uuid,
    p_from_status text,
    p_to_status text,
    p_customer_id uuid,
    p_mitra_ids uuid[],
    p_actor text,
    p_login text,
    p_http_request_id text,
    p_body jsonb
)
returns bigint
language sql immutable security invoker
as $$
    select hash_record_extended(
        row(
            p_id, p_at, p_type, p_entity, p_entity_id, p_from_status, p_to_status, p_customer_id, p_mitra_ids, p_actor,
            p_login, p_http_request_id, p_body
        ),
        0
    )
$$;
comment on function logic.event_digest is 'A hash of everything in an event.';
