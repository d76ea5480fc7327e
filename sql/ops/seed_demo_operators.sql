-- Their password is public, so the app lets them in outside production alone.
create or replace function ops.seed_demo_operators(p_password_hash text)
returns table (email text, role text)
language sql volatile security definer set search_path = ''
as $$
    select logic.check_password_hash(p_password_hash);
    with people (id, email, display_name, role) as (
        values
            ('a0000000-0000-4000-8000-000000000001'::uuid, 'viewer@curhat.example', 'Wulan', 'viewer'),
            ('a0000000-0000-4000-8000-000000000002'::uuid, 'operator@curhat.example', 'Oka', 'operator'),
            ('a0000000-0000-4000-8000-000000000003'::uuid, 'admin@curhat.example', 'Adi', 'admin')
    ),
    operators as (
        insert into data.cc_users (id, email, display_name, role, password_hash, is_demo, created_at)
        select p.id, p.email, p.display_name, p.role, p_password_hash, true, logic.now() from people p
        on conflict (id) do update set password_hash = excluded.password_hash, role = excluded.role, active = true
    )
    select p.email, p.role from people p
$$;
comment on function ops.seed_demo_operators is
    'Adds or resets a demo operator of each role, with this password (its argon2id hash), and lists them: (email, role). Refuses invalid_password_hash.';
