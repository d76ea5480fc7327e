create or replace function logic.names_people(p_filter data.failure_filter)
returns boolean
language sql immutable security invoker
as $$ select p_filter.customer_id is not null or p_filter.mitra_id is not null or p_filter.about is not null $$;
comment on function logic.names_people is 'Whether a filter is about some people, payments or failures, and not about everybody.';
