-- A failure names the mitra who was asked, and its foreign key would wait for whoever holds them: who must not wait
-- asks this first.
-- Locks: mitra (shared); it is not waited for.
create or replace function logic.try_share_mitra(p_mitra_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if p_mitra_id is null then
        return true;
    end if;
    perform from data.mitras where id = p_mitra_id for key share skip locked;
    return found;
end
$$;
comment on function logic.try_share_mitra is 'Whether a row may name this mitra without waiting; true when there is none to name.';
