-- Customers and mitras may not pass for staff.
-- Refuses: display_name_reserved.
create or replace function logic.check_name_is_nobodys(p_display_name text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_words text[] := regexp_split_to_array(btrim(regexp_replace(logic.skeleton(p_display_name), '[^a-z]+', ' ', 'g')), ' ');
    v_joined text := array_to_string(v_words, '');
begin
    if exists (
        select
        from data.reserved_names r
        cross join logic.skeleton(r.word) s (word)
        where v_joined = s.word
            or (r.place = 'anywhere' and strpos(v_joined, s.word) > 0)
            or (r.place = 'beginning' and exists (select from unnest(v_words) w where starts_with(w, s.word)))
            or (r.place = 'word' and s.word = any (v_words))
    ) then
        perform logic.refuse(400, 'display_name_reserved', 'This name looks like that of somebody who works for the service. Choose another.');
    end if;
end
$$;
comment on function logic.check_name_is_nobodys is 'Refuses a name that passes for staff, in whatever letters.';
