create or replace function logic.extension_json(p_extension data.extensions)
returns jsonb
language sql stable security invoker
as $$
    select jsonb_build_object(
        'id', p_extension.id,
        'chat_session_id', p_extension.chat_session_id,
        'payment_session_id', p_extension.payment_session_id,
        'duration_minutes', p_extension.duration_minutes,
        'status', p_extension.status,
        'requested_at', p_extension.requested_at,
        'deadline_at', p_extension.deadline_at,
        'default_action', logic.setting_text('extension_default_action_on_timeout')
    )
$$;
comment on function logic.extension_json is 'An extension as the two people of its chat see it, with what happens without an answer.';
