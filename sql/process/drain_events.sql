-- Guarantees: every committed event is returned at least once, in whatever order transactions commit; a drain that is
-- rolled back returns its events again. Rows that another drain holds are passed over.
-- Announces each on curhat_events, and the nearest new deadline on curhat_deadline. NOTIFY gives only the kind of
-- event: every login may LISTEN, so it names nobody and nothing.
-- Events are taken by id, so that a long queue is not read through for each batch.
-- p_after: leave out older ones. While a transaction stays open, drained rows cannot be vacuumed, and a drain from the
-- beginning reads through all of them. Callers that pass it must drain without it too, now and then.
-- One generic plan, since planning took longer than a batch. Queries name the times, so that partitions of both tables
-- are pruned at the start; messages are looked up one by one, never by time, which has no index.
-- Taken ids are noted, so that the audit finds an event that neither waits nor was handed on.
-- row_to_json costs half of what json_build_object does.
-- The column that announces is not read further out; being volatile, it is computed once for each row all the same.
create or replace function api.drain_events(p_limit integer, p_after bigint default 0)
returns table (event_id bigint, envelope text)
language plpgsql volatile security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
declare
    v_ids bigint[];
    v_from timestamptz;
    v_to timestamptz;
    v_deadline timestamptz;
begin
    perform logic.check_given(jsonb_build_object('p_limit', p_limit, 'p_after', p_after));
    perform logic.beat('relay');
    v_ids := array(
        select o.event_id from data.outbox o
        where o.event_id > p_after
        order by o.event_id
        limit p_limit
        for update skip locked
    );
    with taken as (
        delete from data.outbox o where o.event_id = any (v_ids) returning o.at, o.deadline_at
    )
    select min(t.at), max(t.at), min(t.deadline_at) into v_from, v_to, v_deadline from taken t;

    if v_from is not null then
        insert into data.handed_on (since, event_ids)
        select v_from, range_agg(int8range(i.id, i.id + 1)) from unnest(v_ids) i (id);
    end if;
    if v_deadline is not null then
        perform pg_notify('curhat_deadline', extract(epoch from v_deadline - clock_timestamp())::text);
    end if;
    return query
    select told.id, told.envelope
    from (
        select e.id, row_to_json(handed)::text as envelope, pg_notify('curhat_events', row_to_json(announced)::text)
        from data.events e
        left join logic.event_types t on t.type = e.type
        left join lateral (
            select m as message
            from data.chat_messages m
            where e.type = 'CHAT_MESSAGE' and m.chat_session_id = e.entity_id and m.seq = (e.body ->> 'seq')::bigint
                and m.sent_at = e.at and m.sent_at between v_from and v_to
            limit 1
        ) said on true
        cross join lateral (select e.type, e.id, e.at) announced
        cross join lateral (
            select e.type, e.id, e.at, e.entity, e.entity_id, e.from_status, e.to_status, e.customer_id, e.actor, e.mitra_ids,
                e.body
        ) seen_by_operators
        cross join lateral (
            select
                e.id,
                case when t.to_customer then e.customer_id end as customer_id,
                case when t.to_mitra then e.mitra_ids else '{}' end as mitra_ids,
                case when e.type = 'SIGN_IN_ENDED' then e.entity_id end as ended,
                case
                    when e.type in ('PERSON_BLOCKED', 'PERSON_UNBLOCKED', 'OPERATOR_CHANGED') then e.entity_id
                end as standing_of,
                logic.event_frame(e, said.message) as frame,
                row_to_json(seen_by_operators) as internal
        ) handed
        where e.id = any (v_ids) and e.at between v_from and v_to
        order by e.id
    ) told;
end
$$;
comment on function api.drain_events is
    'Takes up to p_limit events from the outbox, those after p_after, announces them, and returns (event_id, envelope). Publish, then commit. Refuses argument_missing.';
