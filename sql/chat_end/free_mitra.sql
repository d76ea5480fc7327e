-- The deadline that is set here offers the running searches, in a transaction of its own: this one holds the mitra and
-- the chat, and must not wait for a payment session.
create or replace function logic.free_mitra(p_mitra_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update data.mitras
    set idle_since = logic.now(), offers_due_at = logic.now()
    where id = p_mitra_id;
end
$$;
comment on function logic.free_mitra is 'A place has become free: the mitra is due to be offered the running searches.';
