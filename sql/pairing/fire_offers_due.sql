-- Locks: mitra; it is not waited for.
create or replace function logic.fire_offers_due(p_mitra_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform from data.mitras where id = p_mitra_id and offers_due_at <= logic.now() for update skip locked;
    if not found then
        return false;
    end if;
    perform logic.reconcile_offers(p_mitra_id, logic.no_blast_runs(p_until_commit => false));
    return true;
end
$$;
comment on function logic.fire_offers_due is 'Fires a mitra''s offers_due_at: their load or reach has changed.';
