create or replace function logic.forced_offline(p_mitra data.mitras)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not p_mitra.declared_online and p_mitra.status_changed_by not like 'mitra:%' then
        return jsonb_build_object(
            'by', split_part(p_mitra.status_changed_by, ':', 1),
            'note', p_mitra.status_note,
            'at', p_mitra.status_changed_at
        );
    end if;
    return null;
end
$$;
comment on function logic.forced_offline is
    'Who else set a mitra offline, and why: {by, note, at}; null otherwise. by: operator or system.';
