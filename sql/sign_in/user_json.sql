-- Refuses: account_blocked.
create or replace function logic.user_json(p_audience text, p_person_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_user jsonb;
    v_barred boolean;
begin
    select p.json, p.barred into v_user, v_barred
    from (
        select jsonb_build_object('id', id, 'phone', phone, 'display_name', display_name), blocked_at is not null
        from data.users where p_audience = 'customer' and id = p_person_id
        union all
        select jsonb_build_object('id', id, 'phone', phone, 'display_name', display_name), blocked_at is not null
        from data.mitras where p_audience = 'mitra' and id = p_person_id
        union all
        select jsonb_build_object('id', id, 'email', email, 'display_name', display_name, 'role', role), not active
        from data.cc_users where p_audience = 'operator' and id = p_person_id
    ) p (json, barred);
    if v_barred then
        perform logic.refuse(403, 'account_blocked', 'This account is blocked.');
    end if;
    return v_user;
end
$$;
comment on function logic.user_json is 'Somebody as they see themselves; null when they are gone.';
