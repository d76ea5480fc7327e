-- Refuses: mitra_not_found.
create or replace function logic.find_mitra(p_mitra_id uuid)
returns data.mitras
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_mitra data.mitras;
begin
    select * into v_mitra from data.mitras where id = p_mitra_id;
    if not found then
        perform logic.refuse(404, 'mitra_not_found', 'There is no such bestie.');
    end if;
    return v_mitra;
end
$$;
comment on function logic.find_mitra is 'A mitra, unlocked.';
