-- Searches as the control center does: part of a name, a number or part of one in any notation, or a whole id.
create or replace function ops.find_person(p_search text)
returns table (id uuid, audience text, phone text, display_name text, created_at timestamptz, blocked_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_search text := coalesce(p_search, '');
    v_id uuid := logic.searched_id(v_search);
    v_customers uuid[] := case when v_id is null then logic.customers_like(v_search, 100) else array[v_id] end;
    v_mitras uuid[] := case when v_id is null then logic.mitras_like(v_search, 100) else array[v_id] end;
begin
    return query
    select u.id, 'customer', u.phone, u.display_name, u.created_at, u.blocked_at from data.users u where u.id = any (v_customers)
    union all
    select m.id, 'mitra', m.phone, m.display_name, m.created_at, m.blocked_at from data.mitras m where m.id = any (v_mitras)
    order by 4, 2, 1;
end
$$;
comment on function ops.find_person is
    'Customers and mitras by part of their name or phone number, in any notation, or by their id; 100 of each at most. Refuses search_too_short.';
