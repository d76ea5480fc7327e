-- Null when it is not an id: somebody may have edited it.
create or replace function logic.id_told(p_text text)
returns uuid
language sql immutable security invoker
as $$ select case when p_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_text::uuid end $$;
comment on function logic.id_told is 'An id from a reply or an event.';
