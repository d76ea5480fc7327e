create or replace function logic.known_device(p_audience text, p_phone text, p_device text)
returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return coalesce(
        (
            select d.secret_hash
            from data.known_devices d
            where d.audience = p_audience and d.phone = p_phone
                and d.secret_hash = logic.device_hash(p_audience, p_phone, p_device) and p_device is not null
        ),
        ''
    );
end
$$;
comment on function logic.known_device is
    'The device as it is stored, when it has signed in with this number before; empty for any other.';
