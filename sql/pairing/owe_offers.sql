-- Leaves the mitras' rows alone, so it neither waits for their locks nor takes them.
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
    'Once this commits, the offers of these mitras are brought in line as soon as nobody holds them.';
