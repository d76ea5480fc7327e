-- Refuses: invalid_price.
create or replace function logic.check_price(
    p_for_extension boolean, p_duration_minutes integer, p_amount integer, p_is_free_trial boolean
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_for_extension is null or p_is_free_trial is null then
        perform logic.refuse(400, 'invalid_price', 'A price says whether it is for extensions, and whether it is the free trial.');
    elsif coalesce(p_duration_minutes not between 1 and 600, true) then
        perform logic.refuse(400, 'invalid_price', 'A duration is a whole number of minutes from 1 to 600.');
    elsif coalesce(p_amount not between 1000 and 10000000, true) then
        perform logic.refuse(400, 'invalid_price', 'A price is a whole number of rupiah from 1000 to 10000000.');
    elsif p_for_extension and p_is_free_trial then
        perform logic.refuse(400, 'invalid_price', 'An extension is never free.');
    end if;
end
$$;
comment on function logic.check_price is 'Refuses a price that is out of bounds.';
