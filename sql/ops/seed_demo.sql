-- The same two customers and two mitras each time, so that a second run finds them.
create or replace function ops.seed_demo()
returns table (kind text, id uuid, phone text, name text)
language sql volatile security definer set search_path = ''
as $$
    with people (kind, id, phone, name) as (
        values
            ('customer', 'c0000000-0000-4000-8000-000000000001'::uuid, '+6281200000001', 'Rani'),
            ('customer', 'c0000000-0000-4000-8000-000000000002'::uuid, '+6281200000002', 'Dimas'),
            ('mitra', 'b0000000-0000-4000-8000-000000000001'::uuid, '+6281300000001', 'Bestie Sari'),
            ('mitra', 'b0000000-0000-4000-8000-000000000002'::uuid, '+6281300000002', 'Bestie Yoga')
    ),
    customers as (
        insert into data.users (id, phone, display_name, created_at)
        select p.id, p.phone, p.name, logic.now() from people p where p.kind = 'customer'
        on conflict do nothing
    ),
    mitras as (
        insert into data.mitras (id, phone, display_name, created_at, status_changed_at, idle_since)
        select p.id, p.phone, p.name, logic.now(), logic.now(), logic.now() from people p where p.kind = 'mitra'
        on conflict do nothing
    )
    select p.kind, p.id, p.phone, p.name from people p
$$;
comment on function ops.seed_demo is 'Adds the demo people, once, and lists them: (kind, id, phone, name).';
