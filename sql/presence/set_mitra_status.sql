-- The mitra's own switch. Online grants a lease; offline withdraws open offers. A blocked mitra stays offline: no
-- customer is to be paired with them.
-- Locks: mitra. Searches that are withdrawn or offered are not waited for.
create or replace function api.set_mitra_status(p_mitra_id uuid, p_online boolean)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_mitra data.mitras := logic.lock_mitra(p_mitra_id);
begin
    perform logic.check_given(jsonb_build_object('p_online', p_online));
    if p_online and v_mitra.blocked_at is not null then
        perform logic.refuse(403, 'account_blocked', 'This account is blocked.');
    end if;
    v_mitra := logic.set_presence(
        v_mitra, p_online,
        case when p_online then logic.now() + logic.setting_seconds('presence_ttl_seconds') end,
        'mitra:' || p_mitra_id
    );
    return jsonb_build_object('online', v_mitra.declared_online, 'reachable_until', v_mitra.reachable_until);
end
$$;
comment on function api.set_mitra_status is
    'The mitra''s own switch: {online, reachable_until}. Online grants a presence lease, offline withdraws open offers. Refuses mitra_not_found, account_blocked, argument_missing.';
