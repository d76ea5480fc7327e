-- All people and ids that a search may mean. Their number is bounded to keep the list quick: their failures are counted
-- in the indexes before any is read.
-- Refuses: search_too_short, search_too_broad.
create or replace function logic.failures_about(p_search text)
returns uuid[]
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
declare
    v_most_people constant integer := 200;
    v_most_failures constant integer := 10000;
    v_id uuid := logic.searched_id(p_search);
    v_found uuid[];
begin
    if p_search is null then
        return null;
    elsif v_id is not null then
        return array[v_id];
    end if;
    v_found := logic.customers_like(p_search, v_most_people + 1) || logic.mitras_like(p_search, v_most_people + 1);
    if cardinality(v_found) > v_most_people or v_most_failures < (
        select count(*)
        from (select from data.pairing_failures f where f.customer_id = any (v_found) limit v_most_failures + 1) theirs
    ) + (
        select count(*)
        from (select from data.pairing_failures f where f.targeted_mitra_id = any (v_found) limit v_most_failures + 1) theirs
    ) then
        perform logic.refuse(400, 'search_too_broad', format(
            'Too many people or failures match "%s": type more, or choose one person.', p_search
        ));
    end if;
    return v_found;
end
$$;
comment on function logic.failures_about is
    'Ids of customers, mitras, payment sessions or failures that a search may mean; null without a search. Refuses search_too_short, search_too_broad.';
