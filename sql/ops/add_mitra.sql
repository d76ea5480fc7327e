-- A mitra who cannot be sent a code could never sign in.
create or replace function ops.add_mitra(p_phone text, p_display_name text, p_who text)
returns table (id uuid, phone text, display_name text)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_phone text;
    v_name text;
    v_mitra data.mitras;
begin
    perform logic.check_who(p_who);
    v_phone := logic.normal_phone(p_phone);
    perform logic.check_phone_is_served(v_phone);
    v_name := logic.clean_display_name(p_display_name);
    perform logic.check_name_is_nobodys(v_name);
    insert into data.mitras (phone, display_name, created_at, status_changed_at, idle_since)
    values (v_phone, v_name, logic.now(), logic.now(), logic.now())
    on conflict do nothing
    returning * into v_mitra;
    if not found then
        perform logic.refuse(409, 'phone_already_taken', 'A mitra has this phone number already.');
    end if;
    perform logic.append_event(
        'MITRA_JOINED', 'mitra', v_mitra.id, null, null, null, array[v_mitra.id], 'operator:' || p_who,
        jsonb_build_object('mitra_id', v_mitra.id, 'display_name', v_mitra.display_name)
    );
    return query select v_mitra.id, v_mitra.phone, v_mitra.display_name;
end
$$;
comment on function ops.add_mitra is
    'Adds a mitra, who may then sign in with this phone number. Refuses who_is_missing, invalid_phone, phone_country_not_served, phone_not_mobile, display_name_required, display_name_invalid, display_name_reserved, phone_already_taken.';
