-- One change of a mitra's presence: row, events, offers.
-- Locks: nothing that it waits for; the caller holds the mitra. When the mitra comes online, new blasts wait until this
-- commits.
create or replace function logic.set_presence(
    p_mitra data.mitras, p_declared_online boolean, p_reachable_until timestamptz, p_actor text, p_note text default null
)
returns data.mitras
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_from text := logic.presence_of(p_mitra);
    v_to text;
    v_mitra data.mitras;
begin
    -- A lease that lapsed before its deadline fired counts as unbroken, but a blast may have passed the mitra by.
    if p_mitra.reachable_until is not null then
        v_from := 'online';
    end if;
    update data.mitras
    set declared_online = p_declared_online,
        reachable_until = p_reachable_until,
        app_closed_at = null,
        offers_due_at = case when reachable_until <= logic.now() then logic.now() else offers_due_at end
    where id = p_mitra.id
    returning * into v_mitra;
    v_to := logic.presence_of(v_mitra);
    if v_to = v_from then
        return v_mitra;
    end if;

    update data.mitras
    set status_changed_at = logic.now(), status_changed_by = p_actor, status_note = p_note,
        idle_since = case when v_to = 'online' then logic.now() else idle_since end
    where id = p_mitra.id
    returning * into v_mitra;
    perform logic.append_presence_events(v_mitra, v_from, v_to, p_actor, p_note);
    perform logic.reconcile_offers(v_mitra.id, v_to <> 'online' or logic.no_blast_runs(p_until_commit => true));
    return v_mitra;
end
$$;
comment on function logic.set_presence is
    'Sets a mitra''s declaration and lease; a change of presence is told to those concerned, and offers are brought in line.';
