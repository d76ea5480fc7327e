create or replace function logic.presence_of(p_mitra data.mitras)
returns text
language sql stable security invoker
as $$
    select case
        when not p_mitra.declared_online then 'offline'
        when p_mitra.reachable_until > logic.now() then 'online'
        else 'unreachable'
    end
$$;
comment on function logic.presence_of is
    'online (declared and the lease runs), unreachable (declared, the lease has lapsed) or offline.';
