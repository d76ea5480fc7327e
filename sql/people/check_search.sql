-- A shorter text would read everybody: the trigram index cannot help, and knows only letters and digits.
-- Refuses: search_too_short.
create or replace function logic.check_search(p_search text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if char_length(regexp_replace(logic.clean_line(p_search), '[^[:alnum:]]', '', 'g')) < 3 then
        perform logic.refuse(400, 'search_too_short', 'Type at least three letters or digits of a name or phone number.');
    end if;
end
$$;
comment on function logic.check_search is 'Refuses a search for people that is too short; null is none.';
