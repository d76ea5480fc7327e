-- Capacity is counted under the mitra's lock, so that two accepts at once cannot both take the last place. A running
-- chat between the same two people gives its place to the next one, even if capacity was lowered since.
-- Locks: mitra, the customer's running chat with them.
-- Refuses: mitra_offline, mitra_at_capacity.
create or replace function logic.check_may_accept(p_search data.pairing_requests, p_mitra_id uuid)
returns data.chat_sessions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_mitra data.mitras;
    v_running data.chat_sessions;
begin
    select * into v_mitra from data.mitras where id = p_mitra_id for no key update;
    if not v_mitra.declared_online then
        perform logic.refuse(409, 'mitra_offline', 'You are offline: go online to accept requests.');
    end if;
    v_running := logic.lock_running_chat(p_search.customer_id, p_mitra_id);
    if v_running.id is null
        and logic.active_chats(p_mitra_id) >= logic.setting_integer('max_customers_per_mitra')
    then
        perform logic.refuse(409, 'mitra_at_capacity', 'You are in as many chats as you may have at once.');
    end if;
    return v_running;
end
$$;
comment on function logic.check_may_accept is
    'Locks the mitra and refuses one who is offline or full; returns the running chat between the two, locked.';
