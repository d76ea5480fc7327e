-- Mitras who let the last N offers in a row pass are set offline (auto_offline_after_missed_offers; 0 = never).
-- Called by whatever ends a search after its window, never by the end itself: going offline withdraws a mitra's other
-- offers, which may end other searches.
-- Locks: mitras; none is waited for, the next missed offer looks again.
create or replace function logic.take_idlers_offline(p_search_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_limit integer := logic.setting_integer('auto_offline_after_missed_offers');
    v_mitra data.mitras;
begin
    if v_limit = 0 then
        return;
    end if;
    for v_mitra in
        select m.*
        from data.pairing_offers o
        join data.mitras m on m.id = o.mitra_id
        where o.request_id = p_search_id and o.status = 'auto_rejected' and m.declared_online
        for update of m skip locked
    loop
        if logic.missed_in_a_row(v_mitra, v_limit) >= v_limit then
            perform logic.set_presence(v_mitra, false, null, 'system', format('%s missed offers in a row', v_limit));
        end if;
    end loop;
end
$$;
comment on function logic.take_idlers_offline is
    'Of the mitras who missed this search, sets offline those who missed too many offers in a row.';
