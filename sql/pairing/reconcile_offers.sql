-- Brings a mitra's offers in line with presence and load: an unreachable mitra has none, a full one has no general
-- ones, an available one is offered every running search that they have not declined.
-- The caller holds the mitra, and payment sessions come before mitras, so a locked search is not waited for: the mitra
-- stays due, and is tried again a moment later. The same while a blast runs (not p_alone): it may have seen the mitra
-- as they were before, and cannot be seen yet.
-- Locks: payment sessions and searches; none is waited for. The caller holds the mitra.
create or replace function logic.reconcile_offers(p_mitra_id uuid, p_alone boolean)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_mitra data.mitras;
    v_reachable boolean;
    v_free boolean;
    v_settled boolean;
begin
    select * into v_mitra from data.mitras where id = p_mitra_id;
    v_reachable := logic.presence_of(v_mitra) = 'online';
    v_free := logic.active_chats(p_mitra_id) < logic.setting_integer('max_customers_per_mitra');

    if v_reachable and v_free then
        v_settled := logic.offer_running_searches(p_mitra_id);
    else
        v_settled := logic.withdraw_offers(p_mitra_id, p_returning_too => not v_reachable);
    end if;
    v_settled := v_settled and p_alone;
    update data.mitras
    set offers_due_at = case when not v_settled then logic.now() + interval '100 milliseconds' end
    where id = p_mitra_id and (offers_due_at is not null or not v_settled);
end
$$;
comment on function logic.reconcile_offers is
    'Withdraws a mitra''s dead offers, or offers them the running searches; locked ones stay due.';
