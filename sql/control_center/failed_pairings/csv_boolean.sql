create or replace function logic.csv_boolean(p_holds boolean)
returns text
language sql immutable security invoker
as $$ select case when p_holds then 'ya' else 'tidak' end $$;
comment on function logic.csv_boolean is 'Yes or no as a cell of a CSV file, in Indonesian.';
