-- Brings a mitra's offers in line with their presence and load: one who is out of reach has none, one who is full
-- has no general ones, one who is free is offered every search that runs and that they have not declined.
-- A search that somebody holds is not waited for (the mitra is held already, and the order is payment session,
-- search, mitra): the mitra stays due, and it is tried again a moment later. So they do while a blast is under way
-- (not p_alone): it may not have seen the mitra as they are now, and cannot be seen yet.
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
    'Withdraws a mitra''s dead offers, or offers them the searches that run; what is held by others stays due.';
