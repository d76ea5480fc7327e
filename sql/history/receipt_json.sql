-- The chat of an extension is the one that was extended.
create or replace function logic.receipt_json(p_payment data.payment_sessions)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_chat data.chat_sessions;
    v_failure data.pairing_failures;
begin
    select c.* into v_chat
    from data.chat_sessions c
    where c.payment_session_id = p_payment.id or c.id = (
        select x.chat_session_id from data.extensions x where x.payment_session_id = p_payment.id
    );
    select * into v_failure from data.pairing_failures f where f.payment_session_id = p_payment.id and f.superseded_at is null;
    return logic.payment_session_json(p_payment) || jsonb_build_object(
        'from_credit', case when p_payment.charged_at is not null then
            greatest(
                logic.moved('spent', p_payment.id) + logic.moved('taken', p_payment.id) - logic.moved('charged', p_payment.id), 0
            )
        else 0 end,
        'outcome', case
            when v_failure.id is null then case p_payment.status when 'consumed' then 'used' else 'waiting' end
            when v_failure.refund_due then coalesce(v_failure.operator_action, 'under_review')
            else 'not_charged'
        end,
        'outcome_at', coalesce(v_failure.actioned_at, v_failure.created_at, p_payment.consumed_at, p_payment.confirmed_at),
        'cause_tag', v_failure.cause_tag,
        'chat_session_id', v_chat.id,
        'mitra', logic.mitra_json(coalesce(v_chat.mitra_id, v_failure.targeted_mitra_id, p_payment.targeted_mitra_id))
    );
end
$$;
comment on function logic.receipt_json is 'A payment session in its customer''s history: how it was paid, and what it came to.';
