-- The last change before p_since is looked up with "between": the planner does not know that it means one person, and
-- must not read the ids backwards but the index of each person's events.
create or replace function logic.presence_spans(p_mitra_id uuid, p_since timestamptz, p_until timestamptz)
returns table (
    presence text, started_at timestamptz, ended_at timestamptz, seconds double precision, actor text, note text
)
language sql stable security definer set search_path = ''
as $$
    with changes as (
        (
            select e.to_status as presence, p_since as at, e.id, e.actor, e.body ->> 'note' as note
            from data.events e
            where e.entity = 'mitra' and e.entity_id between p_mitra_id and p_mitra_id and e.at < p_since
                and e.to_status is not null
            order by e.entity_id desc, e.id desc
            limit 1
        )
        union all
        select e.to_status, e.at, e.id, e.actor, e.body ->> 'note'
        from data.events e
        where e.entity = 'mitra' and e.entity_id = p_mitra_id and e.at >= p_since and e.at < p_until
            and e.to_status is not null
    ),
    spans as (
        select c.presence, c.at as started_at, lead(c.at, 1, p_until) over (order by c.id) as ended_at, c.actor, c.note
        from changes c
    )
    select s.presence, s.started_at, s.ended_at, extract(epoch from s.ended_at - s.started_at)::double precision, s.actor, s.note
    from spans s
    where p_since < p_until
$$;
comment on function logic.presence_spans is 'A mitra''s presence between two times, as spans, told by their events: who changed it, and why if they said.';
