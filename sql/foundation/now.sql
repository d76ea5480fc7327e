-- The clock of every rule. A test database may replace this one function; no session can.
-- No search_path is pinned, so that the planner can inline it; the one name in it is qualified.
create or replace function logic.now()
returns timestamptz
language sql stable security invoker
as $$ select pg_catalog.now() $$;
comment on function logic.now is 'The time that every rule goes by: when the transaction began.';
