create or replace function logic.holders(p_held_by jsonb, p_worker uuid, p_until timestamptz)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(jsonb_object_agg(h.worker, h.until), '{}')
    from (
        select worker, until
        from jsonb_each(p_held_by) x (worker, until)
        where until::numeric > extract(epoch from logic.now()) and worker is distinct from p_worker::text
        union all
        select p_worker::text, to_jsonb(extract(epoch from p_until))
        where p_worker is not null and p_until is not null
    ) h
$$;
comment on function logic.holders is
    'data.mitras.held_by with this worker until then, or without it (null), and without workers that have renewed nothing for a whole lease.';
