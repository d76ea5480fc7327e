-- Tells once when the last mitra goes and when the first comes back. Run by fire_due, so that two who leave at the same
-- moment cannot each believe that the other is still there.
-- Locks: the one row of service_state; it is not waited for.
create or replace function logic.note_staffing()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_reachable boolean := exists (select from data.mitras where reachable_until > logic.now());
begin
    if v_reachable = (select any_mitra_reachable from data.service_state) then
        return;
    end if;
    perform from data.service_state where any_mitra_reachable <> v_reachable for update skip locked;
    if not found then
        return;
    end if;
    update data.service_state set any_mitra_reachable = v_reachable;
    perform logic.append_event(
        case when v_reachable then 'SERVICE_STAFFED' else 'SERVICE_UNSTAFFED' end,
        'service', null, null, null, null, null, 'system', '{}'
    );
end
$$;
comment on function logic.note_staffing is 'Appends SERVICE_STAFFED or SERVICE_UNSTAFFED when that has changed.';
