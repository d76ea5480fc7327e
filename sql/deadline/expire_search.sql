-- The deadline of a search's window.
-- Locks: payment session, search, its offers, mitras who missed it; none is waited for.
create or replace function logic.expire_search(p_search_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_search data.pairing_requests := logic.try_lock_search(p_search_id);
    v_payment data.payment_sessions;
begin
    if v_search.id is null or v_search.deadline_at > logic.now() then
        return false;
    end if;
    select * into v_payment from data.payment_sessions where id = v_search.payment_session_id;
    perform logic.fail_search(
        v_search, v_payment,
        case
            when v_payment.expires_at <= v_search.deadline_at then 'payment_session_expired'
            when v_search.request_type = 'general' then 'no_mitra_available'
            else 'targeted_mitra_timeout'
        end,
        'deadline'
    );
    perform logic.take_idlers_offline(p_search_id);
    return true;
end
$$;
comment on function logic.expire_search is
    'Fires a search''s deadline. False when it is not due, or locked; then it is looked at again.';
