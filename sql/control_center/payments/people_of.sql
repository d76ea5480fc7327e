create or replace function logic.people_of(p_timeline jsonb)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(m.id, m.display_name), '{}')
        from data.mitras m
        where m.id in (
            select i::uuid from jsonb_array_elements(p_timeline) e, jsonb_array_elements_text(e -> 'mitra_ids') i
        )
    );
end
$$;
comment on function logic.people_of is 'The names of the mitras in a timeline, by id.';
