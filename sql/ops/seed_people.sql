-- For simulations and benchmarks. Their phone numbers begin with +6200, which is assigned to nobody.
create or replace function ops.seed_people(p_customers integer, p_mitras integer)
returns table (kind text, id uuid, phone text, name text)
language sql volatile security definer set search_path = ''
as $$
    select logic.check_given(jsonb_build_object('p_customers', p_customers, 'p_mitras', p_mitras));
    with customers as (
        insert into data.users (phone, display_name, created_at)
        select logic.seed_phone(), logic.seed_name(n), logic.now() from generate_series(1, p_customers) n
        returning id, phone, display_name
    ),
    mitras as (
        insert into data.mitras (phone, display_name, created_at, status_changed_at, idle_since)
        select logic.seed_phone(), 'Bestie ' || logic.seed_name(n), logic.now(), logic.now(), logic.now()
        from generate_series(1, p_mitras) n
        returning id, phone, display_name
    )
    select 'customer', id, phone, display_name from customers
    union all
    select 'mitra', id, phone, display_name from mitras
$$;
comment on function ops.seed_people is 'Adds this many invented customers and mitras: (kind, id, phone, name). Refuses argument_missing.';
