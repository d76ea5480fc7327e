-- An expired payment buys nothing, so it closes the extension as well. The caller holds the payment session.
-- Refuses: extension_expired, extension_withdrawn, extension_already_answered.
create or replace function logic.check_extension_open(p_extension data.extensions)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_expires_at timestamptz := (select expires_at from data.payment_sessions where id = p_extension.payment_session_id);
begin
    if p_extension.status = 'withdrawn' then
        perform logic.refuse(409, 'extension_withdrawn', 'This extension was withdrawn.');
    elsif p_extension.status in ('auto_approved', 'auto_rejected')
        or (p_extension.status = 'requested' and least(p_extension.deadline_at, v_expires_at) <= logic.now())
    then
        perform logic.refuse(410, 'extension_expired', 'The time to answer this extension is over.');
    elsif p_extension.status <> 'requested' then
        perform logic.refuse(409, 'extension_already_answered', format('This extension was %s already.', p_extension.status));
    end if;
end
$$;
comment on function logic.check_extension_open is 'Refuses an extension that can no longer be answered, and says why.';
