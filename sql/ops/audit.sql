-- Every invariant of the product as a query, a function for each area. What lives is always looked at; what is over,
-- from p_since on. Whoever adds an area adds its name here. An area that cannot be looked at, since a value in it is none
-- at all, says so and hides no other.
-- Planned for each call, by how far back it looks; nothing is compiled for queries that are over in a moment.
create or replace function ops.audit(p_since timestamptz default '-infinity')
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan' set jit = 'off'
as $$
declare
    v_since timestamptz := coalesce(p_since, '-infinity');
    v_area text;
begin
    foreach v_area in array array[
        'payments', 'amounts', 'searches', 'offers', 'chats', 'minutes', 'messages', 'extensions', 'people', 'uniqueness',
        'times', 'deadlines', 'bounds', 'presence', 'sign_ins', 'settings', 'keys', 'events', 'acts', 'log', 'tallies',
        'figures', 'partitions'
    ] loop
        begin
            return query execute format('select * from logic.audit_%s($1)', v_area) using v_since;
        exception when others then
            return query select 'every part of the audit can be run', 'audit', v_area, sqlerrm;
        end;
    end loop;
end
$$;
comment on function ops.audit is
    'Every broken invariant as a row (invariant, entity, entity_id, detail); none when all is well. p_since bounds how far back what is over is looked at; null, as without it: everything. What merely waits because nobody runs is in ops.due() and ops.health().';
