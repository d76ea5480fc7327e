-- A finding that persists keeps the time when it was first found.
create or replace function logic.refresh_audit_findings()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    with found as (
        select a.invariant, a.entity, a.entity_id, string_agg(a.detail, '; ') as detail
        from ops.audit(logic.now() - interval '1 day') a
        group by a.invariant, a.entity, a.entity_id
    ),
    gone as (
        delete from data.audit_findings f
        where (f.invariant, f.entity, f.entity_id) not in (select n.invariant, n.entity, n.entity_id from found n)
    )
    insert into data.audit_findings as f (invariant, entity, entity_id, detail, first_found_at, last_found_at)
    select n.invariant, n.entity, n.entity_id, n.detail, logic.now(), logic.now()
    from found n
    on conflict (invariant, entity, entity_id) do update
    set detail = excluded.detail, last_found_at = excluded.last_found_at;
    perform logic.beat('audit');
end
$$;
comment on function logic.refresh_audit_findings is 'Runs the audit over the last day and all that lives, and keeps what it finds for the screens.';
