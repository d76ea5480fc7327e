-- A failure's foreign keys would wait for a locked customer or mitra. A caller that must not wait asks this first.
-- Locks: customer, mitra (both shared); neither is waited for.
create or replace function logic.try_share_people(p_customer_id uuid, p_mitra_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform from data.users where id = p_customer_id for key share skip locked;
    if not found then
        return false;
    elsif p_mitra_id is null then
        return true;
    end if;
    perform from data.mitras where id = p_mitra_id for key share skip locked;
    return found;
end
$$;
comment on function logic.try_share_people is
    'Whether a row may name this customer and this mitra (null: none) without waiting.';
