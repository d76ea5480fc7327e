-- Keeps the newest five of a number: each has tries of its own, so there must not be many.
create or replace function logic.remember_device(p_audience text, p_phone text, p_device text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if p_device is null then
        return;
    end if;
    insert into data.known_devices (audience, phone, secret_hash, last_used_at)
    values (p_audience, p_phone, logic.device_hash(p_audience, p_phone, p_device), logic.now())
    on conflict (audience, phone, secret_hash) do update set last_used_at = excluded.last_used_at;
    delete from data.known_devices d
    using (
        select k.secret_hash
        from data.known_devices k
        where k.audience = p_audience and k.phone = p_phone
        order by k.last_used_at desc, k.secret_hash
        offset 5
    ) older
    where d.audience = p_audience and d.phone = p_phone and d.secret_hash = older.secret_hash;
end
$$;
comment on function logic.remember_device is 'A device has signed in with this number; null is none.';
