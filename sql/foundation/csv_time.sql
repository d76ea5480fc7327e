create or replace function logic.csv_time(p_at timestamptz)
returns text
language sql stable security invoker
as $$ select coalesce(pg_catalog.to_char(p_at at time zone 'Asia/Jakarta', 'YYYY-MM-DD HH24:MI:SS'), '') $$;
comment on function logic.csv_time is 'A time as a cell of a CSV file, by the clock of Jakarta (WIB); empty when null.';
