-- The clock of every rule. A test database may replace this one function; no session can.
-- No search_path is pinned, so that the planner can inline it; its one name is qualified.
create or replace function logic.now()
returns timestamptz
language sql stable security invoker
as $$ select pg_catalog.now() $$;
comment on function logic.now is 'The time for every rule: when the transaction began.';
