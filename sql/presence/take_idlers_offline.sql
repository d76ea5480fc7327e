-- Mitras who let the last N offers in a row pass are set offline (auto_offline_after_missed_offers; 0 = never).
-- Locks: mitras; none is waited for, the next missed offer looks again.
create or replace function logic.take_idlers_offline(p_mitra_ids uuid[])
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
        select * from data.mitras where id = any (p_mitra_ids) and declared_online for update skip locked
    loop
        if logic.missed_in_a_row(v_mitra, v_limit) >= v_limit then
            perform logic.set_presence(v_mitra, false, null, 'system', format('%s missed offers in a row', v_limit));
        end if;
    end loop;
end
$$;
comment on function logic.take_idlers_offline is 'Sets offline those of the given mitras who missed too many offers in a row.';
