-- Every invariant of the product as a query. What lives is always looked at; what is over, from p_since on.
create or replace function ops.audit(p_since timestamptz default '-infinity')
returns table (invariant text, entity text, entity_id text, detail text)
language sql stable security definer set search_path = ''
as $$
    select * from logic.audit_payments(p_since)
    union all
    select * from logic.audit_money(p_since)
    union all
    select * from logic.audit_searches(p_since)
    union all
    select * from logic.audit_offers()
    union all
    select * from logic.audit_chats(p_since)
    union all
    select * from logic.audit_deadlines()
    union all
    select * from logic.audit_events(p_since)
    union all
    select * from logic.audit_tallies(p_since)
$$;
comment on function ops.audit is
    'Every broken invariant as a row (invariant, entity, entity_id, detail); none when all is well. p_since bounds how far back what is over is looked at.';
