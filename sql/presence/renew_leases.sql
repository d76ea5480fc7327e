-- One call a worker for all its mitras. A lease that runs is simply moved on; one that had lapsed is a return. One that
-- has run out unnoticed is moved on too, and the mitra is due to be offered what has passed them by.
-- Rows that somebody holds are passed over: the next renewal comes long before a lease ends.
-- Locks: mitras; none is waited for.
create or replace function api.renew_leases(p_mitra_ids uuid[])
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_until timestamptz := logic.now() + logic.setting_seconds('presence_ttl_seconds');
    v_back data.mitras;
    v_renewed integer;
begin
    with held as (
        select id from data.mitras
        where id = any (p_mitra_ids) and reachable_until is not null
        for no key update skip locked
    )
    update data.mitras m
    set reachable_until = greatest(m.reachable_until, v_until),
        offers_due_at = case when m.reachable_until <= logic.now() then logic.now() else m.offers_due_at end
    from held
    where m.id = held.id;
    get diagnostics v_renewed = row_count;

    for v_back in
        select * from data.mitras
        where id = any (p_mitra_ids) and declared_online and reachable_until is null
        for update skip locked
    loop
        perform logic.set_presence(v_back, true, v_until, 'mitra:' || v_back.id);
        v_renewed := v_renewed + 1;
    end loop;
    return jsonb_build_object('renewed', v_renewed);
end
$$;
comment on function api.renew_leases is
    'Moves on the presence leases of mitras whose sockets are open, in one batch: {renewed}. Those who declared themselves offline stay so.';
