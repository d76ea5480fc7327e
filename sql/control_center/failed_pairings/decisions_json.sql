create or replace function logic.decisions_json(p_failure_ids uuid[], p_results jsonb)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'done', count(*) filter (where (r.result ->> 'ok')::boolean),
            'refused', count(*) filter (where not (r.result ->> 'ok')::boolean),
            'results', coalesce(jsonb_agg(r.result || jsonb_build_object('failure', to_jsonb(f)) order by i.position), '[]')
        )
        from unnest(p_failure_ids) with ordinality i (id, position)
        cross join lateral (select p_results -> i.id::text as result) r
        left join control_center.failed_pairings f on f.id = i.id
    );
end
$$;
comment on function logic.decisions_json is 'What became of each of many decisions, in the order asked for, with its failure as it is now.';
