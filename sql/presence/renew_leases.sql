-- One call per worker for all its mitras. A running lease is moved on; a lapsed one is a return. One that ran out
-- before its deadline fired is moved on too, and the mitra is due for offers that passed them by. Each row notes that
-- this worker holds a socket, also of a mitra who is offline: they have one before they come online. Locked rows are
-- passed over and reported, since their lease may be about to end.
-- Locks: mitras; none is waited for.
create or replace function api.renew_leases(p_mitra_ids uuid[], p_worker uuid default null)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_until timestamptz := logic.now() + logic.setting_seconds('presence_ttl_seconds');
    v_back data.mitras;
    v_renewed integer;
    v_looked_at uuid[];
begin
    perform logic.check_given(jsonb_build_object('p_mitra_ids', p_mitra_ids));
    with held as (
        select id from data.mitras where id = any (p_mitra_ids) for no key update skip locked
    ),
    moved as (
        update data.mitras m
        set reachable_until = case when m.reachable_until is not null then greatest(m.reachable_until, v_until) end,
            offers_due_at = case when m.reachable_until <= logic.now() then logic.now() else m.offers_due_at end,
            held_by = logic.holders(m.held_by, p_worker, v_until),
            app_closed_at = null
        from held
        where m.id = held.id
        returning m.id, m.reachable_until
    )
    select (count(*) filter (where reachable_until is not null))::integer, array_agg(id) into v_renewed, v_looked_at from moved;

    for v_back in
        select * from data.mitras
        where id = any (p_mitra_ids) and declared_online and reachable_until is null
        for update skip locked
    loop
        perform logic.set_presence(v_back, true, v_until, 'mitra:' || v_back.id);
        v_renewed := v_renewed + 1;
    end loop;
    return jsonb_build_object(
        'renewed', v_renewed,
        'passed_over', array(
            select id from data.mitras where id = any (p_mitra_ids) and id <> all (coalesce(v_looked_at, '{}'))
        )
    );
end
$$;
comment on function api.renew_leases is
    'Moves on the presence leases of mitras whose sockets are open on a worker, in one batch: {renewed, passed_over}. passed_over: mitras whose rows are locked now, to be renewed in the next batch. Those who declared themselves offline stay so. Refuses argument_missing.';
