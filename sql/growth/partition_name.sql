create or replace function logic.partition_name(p_table text, p_month date)
returns text
language sql immutable security invoker
as $$
    select p_table || '_' || to_char(p_month, 'YYYY_MM')
$$;
comment on function logic.partition_name is 'The name of a month''s partition of a table.';
