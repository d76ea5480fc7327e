-- Every invariant of the product as a query, a function for each area. What lives is always looked at; what is over,
-- from p_since on. Whoever adds an area adds its function here.
-- Planned for each call, by how far back it looks; nothing is compiled for queries that are over in a moment.
create or replace function ops.audit(p_since timestamptz default '-infinity')
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan' set jit = 'off'
as $$
declare
    v_since timestamptz := coalesce(p_since, '-infinity');
begin
    return query select * from logic.audit_payments(v_since);
    return query select * from logic.audit_amounts(v_since);
    return query select * from logic.audit_searches(v_since);
    return query select * from logic.audit_offers();
    return query select * from logic.audit_chats(v_since);
    return query select * from logic.audit_minutes(v_since);
    return query select * from logic.audit_messages(v_since);
    return query select * from logic.audit_extensions(v_since);
    return query select * from logic.audit_people(v_since);
    return query select * from logic.audit_uniqueness(v_since);
    return query select * from logic.audit_times(v_since);
    return query select * from logic.audit_deadlines();
    return query select * from logic.audit_bounds(v_since);
    return query select * from logic.audit_presence(v_since);
    return query select * from logic.audit_sign_ins(v_since);
    return query select * from logic.audit_settings(v_since);
    return query select * from logic.audit_keys(v_since);
    return query select * from logic.audit_events(v_since);
    return query select * from logic.audit_acts(v_since);
    return query select * from logic.audit_log(v_since);
    return query select * from logic.audit_tallies(v_since);
    return query select * from logic.audit_figures(v_since);
    return query select * from logic.audit_partitions();
end
$$;
comment on function ops.audit is
    'Every broken invariant as a row (invariant, entity, entity_id, detail); none when all is well. p_since bounds how far back what is over is looked at; null, as without it: everything. What merely waits because nobody runs is in ops.due() and ops.health().';
