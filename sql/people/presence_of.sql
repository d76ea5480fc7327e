-- Views of the control center call it for readers who have no right to this schema, so it runs as its owner.
create or replace function logic.presence_of(p_mitra data.mitras)
returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case
        when not p_mitra.declared_online then 'offline'
        when p_mitra.reachable_until > logic.now() then 'online'
        else 'unreachable'
    end;
end
$$;
comment on function logic.presence_of is
    'online (declared and the lease runs), unreachable (declared, the lease has lapsed) or offline.';
