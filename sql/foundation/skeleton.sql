-- Texts with the same skeleton look roughly alike: the idea of UTS 39, reduced to the letters from a to z.
create or replace function logic.skeleton(p_text text)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_from text;
    v_to text;
begin
    select string_agg(characters, '' order by letter), string_agg(repeat(letter, char_length(characters)), '' order by letter)
    into v_from, v_to
    from data.lookalikes;
    return replace(replace(
        translate(lower(translate(
            regexp_replace(normalize(logic.clean_line(p_text), nfkd), '[' || logic.combining_marks() || ']', '', 'g'), v_from, v_to
        )), 'i', 'l'),
        'rn', 'm'), 'vv', 'w');
end
$$;
comment on function logic.skeleton is 'What a text looks like, in plain letters: for comparing names, never for showing.';
