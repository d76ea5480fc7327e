-- The app was closed: its last socket on this worker said goodbye. Unless another worker holds one, the lease ends in
-- five seconds, time enough to reload a page; until
-- then no extension is auto-approved. A dead worker counts until the lease that it renewed last runs out. No
-- event tells of a lease that moves; deadlines are looked at every second.
-- Locks: mitra.
create or replace function api.release_lease(p_mitra_id uuid, p_worker uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_until timestamptz;
begin
    perform logic.check_given(jsonb_build_object('p_mitra_id', p_mitra_id, 'p_worker', p_worker));
    update data.mitras
    set held_by = logic.holders(held_by, p_worker, null),
        app_closed_at = case
            when logic.holders(held_by, p_worker, null) = '{}' and reachable_until is not null then logic.now()
        end,
        reachable_until = case
            when logic.holders(held_by, p_worker, null) <> '{}' then reachable_until
            when reachable_until is not null then least(reachable_until, logic.now() + interval '5 seconds')
        end
    where id = p_mitra_id
    returning reachable_until into v_until;
    return jsonb_build_object('reachable_until', v_until);
end
$$;
comment on function api.release_lease is
    'A mitra''s last socket on a worker was closed by their app: {reachable_until}. Their lease ends within seconds, unless another worker holds a socket of theirs. Refuses argument_missing.';
