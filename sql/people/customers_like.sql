-- Planned for its own pattern, so that it reads the index and not everybody.
-- Refuses: search_too_short.
create or replace function logic.customers_like(p_search text, p_limit integer)
returns uuid[]
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
declare
    v_name text := logic.name_pattern(p_search);
    v_phones text[] := logic.phone_patterns(p_search);
begin
    perform logic.check_search(p_search);
    if v_phones is null then
        return array(select id from data.users where display_name ilike v_name limit p_limit);
    end if;
    return array(select id from data.users where display_name ilike v_name or phone like any (v_phones) limit p_limit);
end
$$;
comment on function logic.customers_like is 'Customers whose name or phone has this in it, p_limit at most, in no order. Refuses search_too_short.';
