create or replace function logic.searched_id(p_search text)
returns uuid
language sql immutable security invoker
as $$
    select case
        when logic.clean_line(p_search) ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then logic.clean_line(p_search)::uuid
    end
$$;
comment on function logic.searched_id is 'The id that somebody searches for; null when it is none.';
