-- The caller holds payment session and chat. logic.ask_again locks the chat as well, so the two exclude each other.
-- Refuses: free_trial_not_for_extension, payment_not_for_extension, chat_ended, extension_already_pending,
-- search_already_running, and what check_payment_status refuses.
create or replace function logic.check_may_extend(p_payment data.payment_sessions, p_chat data.chat_sessions)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if p_payment.is_free_trial then
        perform logic.refuse(400, 'free_trial_not_for_extension', 'A free trial cannot pay for an extension.');
    elsif not p_payment.is_extension then
        perform logic.refuse(409, 'payment_not_for_extension', 'This payment is for a new chat.');
    end if;
    perform logic.check_payment_status(p_payment, 'confirmed');
    perform logic.check_chat_running(p_chat);
    if logic.pending_extension_payment(p_chat.id) is not null then
        perform logic.refuse(409, 'extension_already_pending', 'An extension of this chat waits for its answer.');
    end if;
    if exists (
        select from data.pairing_requests where customer_id = p_chat.customer_id and status = 'searching'
    ) then
        perform logic.refuse(409, 'search_already_running', 'The bestie has been asked for a new chat already.');
    end if;
end
$$;
comment on function logic.check_may_extend is 'Refuses a payment that cannot extend this chat now.';
