-- Locks: mitra, chat, extension; none is waited for. The caller holds the payment session.
create or replace function logic.withdraw_extension(p_extension_id uuid, p_cause_tag text, p_actor text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension data.extensions := logic.try_lock_extension(p_extension_id);
begin
    if v_extension.id is null then
        return false;
    end if;
    perform logic.deny_extension(v_extension, 'withdrawn', p_cause_tag, p_actor);
    return true;
end
$$;
comment on function logic.withdraw_extension is 'Withdraws a pending extension whose payment is over; false when somebody holds it.';
