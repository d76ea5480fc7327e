create or replace function logic.says_something(p_text text)
returns boolean
language sql immutable security invoker
as $$
    select coalesce(
        logic.clean_text(p_text) ~ (E'[^\\s\\u1680\\u200c\\u200d\\ufe00-\\ufe0f' || logic.combining_marks() || ']'), false
    )
$$;
comment on function logic.says_something is 'Whether a text has a visible character; false for null.';
