create or replace function ops.trace(p_payment_session_id uuid)
returns table (
    event_id bigint, at timestamptz, type text, entity text, entity_id uuid, from_status text, to_status text,
    actor text, body jsonb, login text
)
language sql stable security definer set search_path = ''
as $$
    select logic.check_given(jsonb_build_object('p_payment_session_id', p_payment_session_id));
    select t.id, t.at, t.type, t.entity, t.entity_id, t.from_status, t.to_status, t.actor, t.body, t.login
    from control_center.payment_timeline t
    where t.payment_session_id = p_payment_session_id
    order by t.id
$$;
comment on function ops.trace is 'The whole story of a payment session in order; never message text. login: of an operator''s act. Refuses argument_missing.';
