-- Says it without touching the mitras' rows, so it waits for nobody who holds them and holds them from nobody.
create or replace function logic.owe_offers(p_mitra_ids uuid[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if cardinality(p_mitra_ids) > 0 then
        insert into data.offers_owed (mitra_id, due_at) select id, logic.now() from unnest(p_mitra_ids) id;
        perform pg_notify('curhat_deadline', '0');
    end if;
end
$$;
comment on function logic.owe_offers is
    'Once this has been committed the offers of these mitras are brought in line, as soon as nobody holds them.';
