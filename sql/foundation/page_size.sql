create or replace function logic.page_size(p_limit integer, p_default integer, p_most integer)
returns integer
language sql immutable security invoker
as $$ select least(greatest(coalesce(p_limit, p_default), 1), p_most) $$;
comment on function logic.page_size is 'How many rows a page has: the requested number within bounds, or the default.';
