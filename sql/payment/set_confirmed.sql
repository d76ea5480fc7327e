-- The unique index on confirmed free trials decides between two at once.
-- Refuses: free_trial_already_used.
create or replace function logic.set_confirmed(p_payment data.payment_sessions)
returns data.payment_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
begin
    update data.payment_sessions
    set status = 'confirmed',
        confirmed_at = coalesce(confirmed_at, logic.now()),
        charged_at = case when not is_extension and amount > 0 then coalesce(charged_at, logic.now()) end
    where id = p_payment.id
    returning * into v_payment;
    return v_payment;
exception when unique_violation then
    perform logic.refuse(409, 'free_trial_already_used', 'The free trial has been used already.');
    return null;
end
$$;
comment on function logic.set_confirmed is 'Marks a locked payment session confirmed, and charges a first chat.';
