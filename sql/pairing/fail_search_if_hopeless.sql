-- After an offer was closed: fails the search when no other is open, and somebody declined (general) or nobody is left
-- (returning). The caller holds payment session and search.
create or replace function logic.fail_search_if_hopeless(
    p_search data.pairing_requests, p_payment data.payment_sessions, p_actor text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_declined boolean := exists (
        select from data.pairing_offers where request_id = p_search.id and status = 'declined'
    );
begin
    if exists (select from data.pairing_offers where request_id = p_search.id and status = 'offered') then
        return;
    end if;
    if p_search.request_type = 'returning' then
        perform logic.fail_search(
            p_search, p_payment,
            case when v_declined then 'targeted_mitra_rejected' else 'targeted_mitra_offline' end, p_actor
        );
    elsif v_declined then
        perform logic.fail_search(p_search, p_payment, 'all_mitras_rejected', p_actor);
    end if;
end
$$;
comment on function logic.fail_search_if_hopeless is
    'Fails a search without open offers: all_mitras_rejected, targeted_mitra_rejected or targeted_mitra_offline.';
