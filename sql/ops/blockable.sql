create or replace function logic.blockable(p_person_id uuid)
returns table (id uuid, audience text, display_name text, blocked_at timestamptz)
language sql stable security definer set search_path = ''
as $$
    select u.id, 'customer', u.display_name, u.blocked_at from data.users u where u.id = p_person_id
    union all
    select m.id, 'mitra', m.display_name, m.blocked_at from data.mitras m where m.id = p_person_id
$$;
comment on function logic.blockable is 'A customer or mitra, and since when they are blocked.';
