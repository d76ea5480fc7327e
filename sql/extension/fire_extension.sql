-- The deadline of an extension. It is approved only while the mitra is connected and the payment has not expired: both
-- may have ended before this fires.
-- Locks: payment session, mitra, chat, extension; none is waited for.
create or replace function logic.fire_extension(p_extension_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension data.extensions := logic.try_lock_extension(p_extension_id);
    v_payment data.payment_sessions;
    v_mitra data.mitras;
begin
    if v_extension.id is null or v_extension.deadline_at > logic.now() then
        return false;
    end if;
    select * into v_payment from data.payment_sessions where id = v_extension.payment_session_id;
    select * into v_mitra from data.mitras where id = v_extension.mitra_id;
    if v_payment.expires_at <= logic.now() then
        perform logic.deny_extension(v_extension, 'withdrawn', 'payment_session_expired', 'deadline');
    elsif logic.setting_text('extension_default_action_on_timeout') = 'auto_reject' then
        perform logic.deny_extension(v_extension, 'auto_rejected', 'targeted_mitra_timeout', 'deadline');
    elsif logic.presence_of(v_mitra) = 'online' and v_mitra.app_closed_at is null then
        perform logic.grant_extension(v_extension, 'auto_approved', 'deadline');
    else
        perform logic.deny_extension(v_extension, 'auto_rejected', 'targeted_mitra_offline', 'deadline');
    end if;
    return true;
end
$$;
comment on function logic.fire_extension is
    'Fires an extension''s deadline, as extension_default_action_on_timeout says; auto_approve only while the mitra is connected.';
