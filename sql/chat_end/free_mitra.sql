-- The searches that run are offered by the deadline that is set here, in a transaction of its own: this one holds
-- the mitra and the chat, and must not wait for a payment session.
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
comment on function logic.free_mitra is 'A place has become free: the mitra is due to be offered what runs.';
