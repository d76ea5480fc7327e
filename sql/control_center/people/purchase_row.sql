-- The chat of an extension is the one that was extended.
create or replace function logic.purchase_row(p_payment data.payment_sessions)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'payment_session_id', p_payment.id,
            'created_at', p_payment.created_at,
            'status', p_payment.status,
            'amount', p_payment.amount,
            'charged_at', p_payment.charged_at,
            'duration_minutes', p_payment.duration_minutes,
            'is_free_trial', p_payment.is_free_trial,
            'is_extension', p_payment.is_extension,
            'targeted_mitra_id', p_payment.targeted_mitra_id,
            'targeted_mitra_name', t.display_name,
            'chat_session_id', c.id,
            'mitra_id', c.mitra_id,
            'mitra_name', m.display_name,
            'chat_status', c.status,
            'started_at', c.started_at,
            'ended_at', c.ended_at,
            'end_reason', c.end_reason,
            'failure_id', f.id,
            'cause_tag', f.cause_tag,
            'needs_action', f.needs_action,
            'operator_action', f.operator_action
        )
        from (select) one
        left join data.mitras t on t.id = p_payment.targeted_mitra_id
        left join unnest(logic.chats_of_payment(p_payment.id)) c on true
        left join data.mitras m on m.id = c.mitra_id
        left join data.pairing_failures f on f.payment_session_id = p_payment.id and f.superseded_at is null
    );
end
$$;
comment on function logic.purchase_row is 'A payment session in a customer''s history, with what it came to.';
