-- Ranks a thousand matches at most; an operator with more of them types on.
-- Refuses: search_too_short.
create or replace function logic.best_customers(p_search text, p_limit integer)
returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_id uuid := logic.searched_id(p_search);
    v_beginning text := substr(logic.name_pattern(p_search), 2);
    v_found uuid[] := case when v_id is null then logic.customers_like(p_search, 1000) else array[v_id] end;
begin
    return array(
        select u.id
        from data.users u
        where u.id = any (v_found)
        order by u.display_name not ilike v_beginning, u.display_name, u.id
        limit p_limit
    );
end
$$;
comment on function logic.best_customers is
    'Customers who match a search: those whose name begins with it first, then by name. Refuses search_too_short.';
