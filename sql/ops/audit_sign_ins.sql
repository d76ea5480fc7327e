-- Blocks and roles go by their last event, while it is kept.
create or replace function logic.audit_sign_ins(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with people (entity, id, is_barred) as (
        select 'customer', u.id, true from data.users u where u.blocked_at is not null
        union all
        select 'mitra', m.id, true from data.mitras m where m.blocked_at is not null
        union all
        select 'operator', o.id, true from data.cc_users o where not o.active
    )
    select 'whoever is blocked is signed in nowhere', p.entity, p.id::text, format('sign-in %s holds until %s', s.id, s.expires_at)
    from people p
    join data.sign_ins s on s.person_id = p.id and s.ended_at is null and s.expires_at > logic.now()
    union all
    select 'whoever is signed out was so for a reason', 'sign_in', s.id::text, format('%s at %s', s.end_reason, s.ended_at)
    from data.sign_ins s
    where s.expires_at >= p_since and (s.ended_at is null) <> (s.end_reason is null)
    union all
    select 'an operator is what was last told of them', 'operator', o.id::text, format('%s, active: %s; event %s says otherwise', o.role, o.active, e.id)
    from data.cc_users o
    cross join lateral (
        select e.* from data.events e
        where e.entity_id = o.id and e.type = 'OPERATOR_CHANGED'
        order by e.id desc
        limit 1
    ) e
    where (e.body ->> 'role', e.body ->> 'active') is distinct from (o.role, o.active::text)
    union all
    select 'somebody can give roles to others', 'operator', o.id::text, 'no admin is active'
    from data.cc_users o
    where o.role = 'admin' and not exists (select from data.cc_users a where a.role = 'admin' and a.active);
end
$$;
comment on function logic.audit_sign_ins is 'People who are signed in and may not be, and blocks without an event.';
