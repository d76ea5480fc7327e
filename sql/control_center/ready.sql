create or replace function control_center.ready()
returns jsonb
language sql stable security definer set search_path = ''
as $$ select logic.readiness() $$;
comment on function control_center.ready is
    'What a readiness probe of the internal listener needs: as api.ready.';
