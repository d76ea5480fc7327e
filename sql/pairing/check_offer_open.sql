-- Each reason why an offer is over has its own slug. Deadlines are checked here and never left to a sweep. A search
-- that failed before its deadline counts as withdrawn.
-- Refuses: request_already_taken, request_cancelled, request_expired, request_withdrawn, request_already_declined.
create or replace function logic.check_offer_open(
    p_offer data.pairing_offers, p_search data.pairing_requests, p_payment data.payment_sessions
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_search.status = 'matched' then
        perform logic.refuse(409, 'request_already_taken', 'Another bestie was faster.');
    elsif p_search.status = 'cancelled' then
        perform logic.refuse(409, 'request_cancelled', 'The customer has cancelled.');
    elsif p_offer.status = 'declined' then
        perform logic.refuse(409, 'request_already_declined', 'You have declined this request.');
    elsif p_search.deadline_at <= logic.now() or p_payment.expires_at <= logic.now() then
        perform logic.refuse(410, 'request_expired', 'The time to answer this request is over.');
    elsif p_offer.status <> 'offered' then
        perform logic.refuse(409, 'request_withdrawn', 'This request is no longer offered to you.');
    end if;
end
$$;
comment on function logic.check_offer_open is 'Refuses an offer that can no longer be answered, and says why.';
