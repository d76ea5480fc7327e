-- Bound to the number, it does not show that two people share a device.
create or replace function logic.device_hash(p_audience text, p_phone text, p_device text)
returns text
language sql immutable security invoker
as $$
    select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
        pg_catalog.concat_ws(' ', 'device', p_audience, p_phone, p_device), 'UTF8'
    )), 'hex')
$$;
comment on function logic.device_hash is 'A device as it is stored for a number. p_device: the hash of its secret.';
