-- The deadline of a presence lease.
-- Locks: mitra; it is not waited for.
create or replace function logic.lapse_lease(p_mitra_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_mitra data.mitras;
begin
    select * into v_mitra
    from data.mitras
    where id = p_mitra_id and reachable_until <= logic.now()
    for update skip locked;
    if not found then
        return false;
    end if;
    perform logic.set_presence(v_mitra, true, null, 'deadline');
    return true;
end
$$;
comment on function logic.lapse_lease is 'Fires a lease''s deadline: the mitra is unreachable, and their open offers are withdrawn.';
