create or replace function logic.post_extended(p_payment data.payment_sessions, p_event_id bigint)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_held bigint := logic.moved('held', p_payment.id);
begin
    perform logic.post('taken', p_payment.id, logic.account('held'), logic.account('prepaid'), v_held, p_payment.id, p_event_id);
    perform logic.post(
        'paid', p_payment.id, logic.account('clearing', 'pretend'), logic.account('prepaid'), p_payment.amount - v_held,
        p_payment.id, p_event_id
    );
end
$$;
comment on function logic.post_extended is 'Posts the price of an extension that was approved just now: held credit first.';
