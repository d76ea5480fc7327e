-- The last step but one of every transition: one event, and its id in the outbox, in the same transaction. Outside the
-- app (psql, pg_cron, a listener) it wakes the relay in the transaction too. The app does that after its commit: a
-- commit that carries NOTIFY holds a cluster-wide lock.
-- Operators give their own name; their login comes from Postgres.
create or replace function logic.append_event(
    p_type text,
    p_entity text,
    p_entity_id uuid,
    p_from_status text,
    p_to_status text,
    p_customer_id uuid,
    p_mitra_ids uuid[],
    p_actor text,
    p_body jsonb,
    p_deadline_at timestamptz default null,
    p_at timestamptz default null
)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_event_id bigint;
begin
    with event as (
        insert into data.events (
            id, at, type, entity, entity_id, from_status, to_status, customer_id, mitra_ids, actor, login, http_request_id, body,
            digest
        )
        select
            v.id, v.at, p_type, p_entity, p_entity_id, p_from_status, p_to_status, p_customer_id, v.mitra_ids, p_actor,
            v.login, v.http_request_id, p_body,
            logic.event_digest(
                v.id, v.at, p_type, p_entity, p_entity_id, p_from_status, p_to_status, p_customer_id, v.mitra_ids,
                p_actor, v.login, v.http_request_id, p_body
            )
        from (
            select nextval('data.event_ids') as id, coalesce(p_at, logic.now()) as at, coalesce(p_mitra_ids, '{}') as mitra_ids,
                case when starts_with(p_actor, 'operator:') then session_user::text end as login,
                nullif(current_setting('curhat.request_id', true), '') as http_request_id
        ) v
        returning id, at
    )
    insert into data.outbox (event_id, at, deadline_at)
    select id, at, p_deadline_at from event
    returning event_id into v_event_id;
    if current_setting('curhat.app_rings', true) is distinct from 'on' then
        perform pg_notify('curhat_bell', '');
    end if;
    return v_event_id;
end
$$;
comment on function logic.append_event is
    'Appends an event and its outbox row: the event''s id. Wakes the relay unless the session does that itself (curhat.app_rings). p_deadline_at: a deadline that the change set, for the deadline listener. p_at: when it happened, if not now.';
