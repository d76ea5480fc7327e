-- For whoever ends all chats of a mitra: what each end would lock before the mitra is locked first. While the mitra is
-- held no extension of theirs is asked for; one that was meanwhile lets all go, to be taken anew.
-- Locks: the pending extensions' payment sessions, mitra.
-- Refuses: mitra_not_found.
create or replace function logic.lock_mitra_with_extensions(p_mitra_id uuid)
returns data.mitras
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_held uuid[];
    v_mitra data.mitras;
    v_locked boolean := false;
begin
    while not v_locked loop
        begin
            v_held := logic.extension_payments_of(p_mitra_id);
            perform from data.payment_sessions where id = any (v_held) order by id for update;
            v_mitra := logic.lock_mitra(p_mitra_id);
            v_locked := logic.extension_payments_of(p_mitra_id) <@ v_held;
            if not v_locked then
                raise sqlstate 'CU001' using message = 'another extension was asked for';
            end if;
        exception when sqlstate 'CU001' then
            null;
        end;
    end loop;
    return v_mitra;
end
$$;
comment on function logic.lock_mitra_with_extensions is
    'A mitra, locked for a change of presence, with the payments of the extensions that wait for them.';
