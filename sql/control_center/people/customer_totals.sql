create or replace function logic.customer_totals(p_customer_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'payments', count(*),
            'charged', coalesce(sum(p.amount) filter (where p.charged_at is not null), 0),
            'chats', (select count(*) from data.chat_sessions where customer_id = p_customer_id),
            'failures', (select count(*) from data.pairing_failures where customer_id = p_customer_id)
        )
        from data.payment_sessions p
        where p.customer_id = p_customer_id
    );
end
$$;
comment on function logic.customer_totals is 'How much a customer has done: {payments, charged (rupiah), chats, failures}.';
