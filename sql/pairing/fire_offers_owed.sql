-- The debt is deleted before the offers are brought in line: a search that owes a look later owes it anew.
-- Locks: mitra; it is not waited for.
create or replace function logic.fire_offers_owed(p_mitra_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform from data.mitras where id = p_mitra_id for update skip locked;
    if not found then
        return false;
    end if;
    delete from data.offers_owed where mitra_id = p_mitra_id;
    if not found then
        return false;
    end if;
    perform logic.reconcile_offers(p_mitra_id, logic.no_blast_runs(p_until_commit => false));
    return true;
end
$$;
comment on function logic.fire_offers_owed is 'Brings in line the offers of a mitra who was locked when that was due.';
