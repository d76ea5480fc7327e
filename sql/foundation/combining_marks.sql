create or replace function logic.combining_marks()
returns text
language sql immutable security invoker
as $$
    select E'\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u064b-\\u065f\\u0670'
        || E'\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed\\u0e31\\u0e34-\\u0e3a\\u0e47-\\u0e4e\\u1ab0-\\u1aff\\u1dc0-\\u1dff'
        || E'\\u20d0-\\u20ff\\ufe20-\\ufe2f'
$$;
comment on function logic.combining_marks is
    'Marks that are drawn over or under the letter before them: the inside of a bracket expression.';
