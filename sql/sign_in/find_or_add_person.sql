-- Waits for a block in progress, so that nobody slips in beside it.
-- Locks: the person, in share.
-- Refuses: account_blocked, display_name_required, display_name_invalid, display_name_reserved.
create or replace function logic.find_or_add_person(p_audience text, p_phone text, p_display_name text)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_id uuid;
    v_blocked_at timestamptz;
begin
    if p_audience = 'mitra' then
        select id, blocked_at into v_id, v_blocked_at from data.mitras where phone = p_phone for key share;
    else
        select id, blocked_at into v_id, v_blocked_at from data.users where phone = p_phone for share;
    end if;
    if v_blocked_at is not null then
        perform logic.refuse(403, 'account_blocked', 'This account is blocked.');
    elsif v_id is null and p_audience = 'customer' then
        v_id := logic.add_customer(p_phone, p_display_name);
    end if;
    return v_id;
end
$$;
comment on function logic.find_or_add_person is
    'The person with a phone number: a new customer is added, a new mitra is not (null).';
