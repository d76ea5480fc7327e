-- Refuses: display_name_required, display_name_invalid, display_name_reserved.
create or replace function logic.add_customer(p_phone text, p_display_name text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_id uuid;
    v_name text := logic.clean_display_name(p_display_name);
begin
    perform logic.check_name_is_nobodys(v_name);
    insert into data.users (phone, display_name, created_at)
    values (p_phone, v_name, logic.now())
    returning id into v_id;
    perform logic.append_event(
        'CUSTOMER_JOINED', 'customer', v_id, null, null, v_id, null, 'customer:' || v_id,
        jsonb_build_object('customer_id', v_id)
    );
    return v_id;
end
$$;
comment on function logic.add_customer is 'A customer who signs in for the first time.';
